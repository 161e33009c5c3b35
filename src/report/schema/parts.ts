import Type from 'typebox';

/** What the report's schema is made of. Every field says what it is, for the authors of other programs. */

export const strict = { additionalProperties: false } as const;

/** `schema` with the sentence that says what the field is. */
export function described<Schema extends Type.TSchema>(description: string, schema: Schema): Schema {
  return { ...schema, description };
}

export const nullable = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

export const text = (description: string) => Type.String({ description });
export const number = (description: string) => Type.Number({ description });
export const flag = (description: string) => Type.Boolean({ description });
export const texts = (description: string) => Type.Array(Type.String(), { description });
/** A whole number, zero or more. */
export const count = (description: string) => Type.Integer({ minimum: 0, description });
export const seconds = (description: string) => Type.Number({ minimum: 0, description });
/** A figure that is `null` where it cannot be stated. */
export const numberOrNull = (description: string) => described(description, nullable(Type.Number()));
export const textOrNull = (description: string) => described(description, nullable(Type.String()));
export const variance = (description: string) => Type.Number({ minimum: 0, description });

const interval = Type.Object(
  { lower: number('Lower end.'), upper: number('Upper end.') },
  { ...strict, description: 'Confidence interval; sampling error and added noise together.' },
);
const missing = textOrNull('Why the value or its interval is null; null when nothing is missing.');

/** A figure with its standard error. */
export const estimate = Type.Object(
  {
    value: numberOrNull('The estimate.'),
    standardError: numberOrNull('Standard error of the estimate, noise included.'),
    interval: described('Interval of the estimate at the stated confidence.', nullable(interval)),
    missing,
  },
  strict,
);

/** A figure whose interval is not symmetric, so that it has no standard error. */
export const ratio = Type.Object(
  {
    value: numberOrNull('The estimate.'),
    interval: described('Interval of the estimate at the stated confidence.', nullable(interval)),
    missing,
  },
  strict,
);

const noiseFields = {
  mechanism: Type.Enum(['none', 'discrete-laplace', 'truncated-discrete-laplace', 'discrete-gaussian'], {
    description: 'Distribution of the noise; `none` is an exact figure.',
  }),
  epsilon: described('Epsilon of one figure of one cell.', nullable(Type.Number({ exclusiveMinimum: 0 }))),
  delta: described('Delta of one figure of one cell.', nullable(Type.Number({ minimum: 0 }))),
  sigma2: variance('Variance of the noise, in squared units of the figure.'),
};

/** How a figure was made private. */
export const noise = Type.Object(noiseFields, strict);

/** The noise of one kind of figure, with the figure's name. */
export const figureNoise = Type.Object(
  {
    figure: Type.Enum(['matched', 'sum', 'squares'], {
      description: 'Matched people of a cell, sum of a measure in a cell, or sum of its squares.',
    }),
    measure: textOrNull('The measure; null for matched people.'),
    ...noiseFields,
  },
  strict,
);

export const matchRate = Type.Object(
  {
    percent: described('Whole percent, at most 85; null for an empty list.', nullable(Type.Integer())),
    capped: flag('Whether the rate is above 85 %, which is all that is said of it then.'),
    text: text('The rate as it is shown, such as `12 %` or `>85 %`.'),
  },
  strict,
);

export const sessionId = { pattern: '^[0-9a-f]{64}$' } as const;

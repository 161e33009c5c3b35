import Type from 'typebox';
import { DISCLOSURES } from '../../protocol/index.js';
import { count, described, figureNoise, noise, nullable, number, strict, texts } from './parts.js';

/** What a session gave away, and under which noise. */

const told = Type.Object(
  {
    figures: Type.Array(figureNoise, {
      description: 'Each kind of figure. Every cell has noise of its own, and nobody is in two cells.',
    }),
    total: described(
      'All figures together by plain composition, rounded up; null without a figure, or with an exact one.',
      nullable(
        Type.Object({ epsilon: number('Sum of the epsilons.'), delta: number('Sum of the deltas.') }, strict),
      ),
    ),
  },
  strict,
);

export const privacy = Type.Object(
  {
    disclosure: Type.Enum(DISCLOSURES, { description: 'Rows, an exact count, or noisy figures.' }),
    minCell: count('Smallest cell that the terms allow.'),
    minList: count('Smallest list that the terms allow.'),
    counts: described('Noise on the counts of this report, added by the partner.', nullable(noise)),
    ownDisclosure: described(
      "What this side's own noise gives its people against what the partner learned; null when it learned no count.",
      nullable(noise),
    ),
    learned: described("What this side learned, under the partner's noise.", told),
    told: described("What the partner learned, under this side's noise.", told),
    alsoDisclosed: texts('What the partner and this side learn beside the figures.'),
  },
  strict,
);

/** Confidence of every interval in a report. */
export const REPORT_CONFIDENCE = 0.95;

/** Power of the minimum detectable effects in a report. */
export const REPORT_POWER = 0.8;

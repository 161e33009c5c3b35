/**
 * Text from a partner or a file, safe for a terminal: control and direction characters become `?`, and what is longer
 * than `maxChars` ends in an ellipsis.
 */
export function plainLabel(text: string, maxChars = Infinity): string {
  const shown = text.length > maxChars ? `${text.slice(0, maxChars - 1)}…` : text;
  return shown.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu, '?');
}

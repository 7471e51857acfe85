// The upper end of a scale.

/** A number at or above *value* that reads well: one digit, or 1.5, and zeros. */
export function niceTop(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((digit) => digit * power).find((top) => top >= value);
}

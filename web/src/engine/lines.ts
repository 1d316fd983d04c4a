/** Words of bits: the stones or the points of one line of a board. Renju's shapes need a line with two zeros below it. */

export function countBits(word: number): number {
  word -= (word >>> 1) & 0x55555555;
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
  return Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** Bit i is set where bits i .. i + length - 1 of a word all are. */
export function fullWindows(word: number, length: number): number {
  const pairs = word & (word >> 1);
  if (length === 5) return pairs & (pairs >> 2) & (word >> 4);
  if (length === 4) return pairs & (pairs >> 2);
  if (length === 3) return pairs & (word >> 2);
  return pairs & (pairs >> 2) & (pairs >> 4);
}

/** Bit i is set where any of bits i .. i + length - 1 of a word is. */
export function touchedWindows(word: number, length: number): number {
  let touched = word;
  for (let shift = 1; shift < length; shift++) touched |= word >> shift;
  return touched;
}

/** The first and last bit of the unbroken run of set bits through bit `at`. */
export function runAround(own: number, at: number): { low: number; high: number } {
  let low = at;
  let high = at;
  while ((own >> (low - 1)) & 1) low -= 1;
  while ((own >> (high + 1)) & 1) high += 1;
  return { low, high };
}

/** Bits that make the run through bit `at` a straight four. */
export function threeOnLine(own: number, free: number, at: number, length: number): number {
  const { low, high } = runAround(own, at);
  let found = 0;
  for (let which = 0; which < 2; which++) {
    const point = which === 0 ? low - 1 : high + 1;
    if (((free >> point) & 1) === 0) continue;
    const { low: first, high: last } = runAround(own | (1 << point), at);
    if (
      last - first + 2 === length &&
      (free >> (first - 1)) & 1 &&
      (free >> (last + 1)) & 1 &&
      !((own >> (first - 2)) & 1) &&
      !((own >> (last + 2)) & 1)
    )
      found |= 1 << point;
  }
  return found;
}

/** How many fours the run through bit `at` has part in; a straight four is one. */
export function foursOnLine(own: number, free: number, at: number, length: number): number {
  const { low, high } = runAround(own, at);
  let fours = 0;
  for (let which = 0; which < 2; which++) {
    const point = which === 0 ? low - 1 : high + 1;
    if (((free >> point) & 1) === 0) continue;
    const { low: first, high: last } = runAround(own | (1 << point), at);
    if (last - first + 1 === length) fours += 1;
  }
  return fours === 2 && high - low + 2 === length ? 1 : fours;
}

// The arithmetic of a network of line patterns, in AssemblyScript: 16 channels at once. After `nets/patterns/kernels.py`.
// All numbers of units are multiples of 16 here; `engine/network.ts` pads weights by zeros, and lays memory out.

const REACH: i32 = 5;
const LINE: i32 = 11;
const LEADING: i32 = 59049; // 3^10
const LOW: i32 = 243; // 3^5, the states of the last five digits of a line
const FORBIDDEN_CELL: i32 = 2;

/** Memory for some bytes, never given back. */
export function reserve(bytes: usize): usize {
  return heap.alloc(bytes);
}

// Weights of the line network: of the first layer the sums for the first six digits of a line `[729, N]`, bias and rules
// included, and for the last five `[243, N]`; transposed weights of the second `[N, N]` and the third layer `[N, F]`.
let heads: usize, tails: usize, second: usize, secondBias: usize, third: usize, thirdBias: usize;
let lineUnits: i32, channels: i32;
let work: usize;

export function setLineNet(
  headsAt: usize,
  tailsAt: usize,
  secondAt: usize,
  secondBiasAt: usize,
  thirdAt: usize,
  thirdBiasAt: usize,
  units: i32,
  features: i32,
): void {
  heads = headsAt;
  tails = tailsAt;
  second = secondAt;
  secondBias = secondBiasAt;
  third = thirdAt;
  thirdBias = thirdBiasAt;
  lineUnits = units;
  channels = features;
  if (work == 0) work = heap.alloc((4 * units + features) * 4);
}

function mirrored(code: i32): i32 {
  let other = 0;
  for (let k = 0; k < LINE; k++) {
    other = other * 3 + (code % 3);
    code /= 3;
  }
  return other;
}

/** `outputs [columns] = bias + weights [rows, columns] transposed times inputs [rows]`. */
function multiply(weights: usize, bias: usize, inputs: usize, outputs: usize, rows: i32, columns: i32): void {
  const stride: usize = <usize>columns * 4;
  for (let column = 0; column < columns; column += 16) {
    const at: usize = <usize>column * 4;
    let a = v128.load(bias + at, 0);
    let b = v128.load(bias + at, 16);
    let c = v128.load(bias + at, 32);
    let d = v128.load(bias + at, 48);
    let weight = weights + at;
    for (let row = 0; row < rows; row++) {
      const x = v128.load32_splat(inputs + (<usize>row << 2));
      a = f32x4.add(a, f32x4.mul(x, v128.load(weight, 0)));
      b = f32x4.add(b, f32x4.mul(x, v128.load(weight, 16)));
      c = f32x4.add(c, f32x4.mul(x, v128.load(weight, 32)));
      d = f32x4.add(d, f32x4.mul(x, v128.load(weight, 48)));
      weight += stride;
    }
    v128.store(outputs + at, a, 0);
    v128.store(outputs + at, b, 16);
    v128.store(outputs + at, c, 32);
    v128.store(outputs + at, d, 48);
  }
}

function rectify(values: usize, count: i32): void {
  const zero = f32x4.splat(0);
  for (let i: usize = 0; i < <usize>count * 4; i += 16) v128.store(values + i, f32x4.max(v128.load(values + i), zero));
}

/** The second hidden layer of a line seen from one end. */
function hiddenOf(code: i32, target: usize): void {
  const head = heads + <usize>(code / LOW) * lineUnits * 4;
  const tail = tails + <usize>(code % LOW) * lineUnits * 4;
  const first = work;
  const zero = f32x4.splat(0);
  for (let i: usize = 0; i < <usize>lineUnits * 4; i += 16)
    v128.store(first + i, f32x4.max(f32x4.add(v128.load(head + i), v128.load(tail + i)), zero));
  multiply(second, secondBias, first, target, lineUnits, lineUnits);
  rectify(target, lineUnits);
}

/** Write the features of the line states `from .. to - 1`, and of their mirror images, to `lines [3^11, F]`. */
export function makeLines(lines: usize, from: i32, to: i32): void {
  const one = work + <usize>lineUnits * 4;
  const other = one + <usize>lineUnits * 4;
  const features = other + <usize>lineUnits * 4;
  for (let code = from; code < to; code++) {
    const mirror = mirrored(code);
    if (mirror < code) continue;
    hiddenOf(code, one);
    hiddenOf(mirror, other);
    for (let i: usize = 0; i < <usize>lineUnits * 4; i += 16)
      v128.store(one + i, f32x4.add(v128.load(one + i), v128.load(other + i)));
    multiply(third, thirdBias, one, features, lineUnits, channels);
    const mine = lines + <usize>code * channels;
    const its = lines + <usize>mirror * channels;
    for (let k = 0; k < channels; k++) {
      const step = <i32>nearest<f32>(127 * Mathf.tanh(load<f32>(features + (<usize>k << 2))));
      store<i8>(mine + k, <i8>step);
      store<i8>(its + k, <i8>step);
    }
  }
}

// What comes after the lines. mix: `[4, F]`, weights of a point itself in steps of the lines, its neighbors beside it, the
// diagonal ones, and the bias. The others are transposed.
let mix: usize, hidden: usize, hiddenBias: usize, valueHidden: usize, valueHiddenBias: usize;
let value: usize, valueBias: usize, policy: usize, policyBias: usize;
let hiddenUnits: i32, valueUnits: i32;
let size: i32;
let digits: usize, codes: usize, features: usize, mixed: usize, pooled: usize, layer: usize, cells: usize, prior: usize;
let weights: usize;

export function setLayers(
  mixAt: usize,
  hiddenAt: usize,
  hiddenBiasAt: usize,
  valueHiddenAt: usize,
  valueHiddenBiasAt: usize,
  valueAt: usize,
  valueBiasAt: usize,
  policyAt: usize,
  policyBiasAt: usize,
  hiddenCount: i32,
  valueCount: i32,
  features_: i32,
): void {
  mix = mixAt;
  hidden = hiddenAt;
  hiddenBias = hiddenBiasAt;
  valueHidden = valueHiddenAt;
  valueHiddenBias = valueHiddenBiasAt;
  value = valueAt;
  valueBias = valueBiasAt;
  policy = policyAt;
  policyBias = policyBiasAt;
  hiddenUnits = hiddenCount;
  valueUnits = valueCount;
  channels = features_;
}

/** Room for boards of up to `largest` points a side. */
export function makeRoom(largest: i32): void {
  const points: usize = <usize>(largest * largest);
  digits = heap.alloc(<usize>((largest + 2 * REACH) * (largest + 2 * REACH)) * 4);
  codes = heap.alloc(4 * points * 4);
  features = heap.alloc(<usize>((largest + 2) * (largest + 2)) * channels * 2);
  mixed = heap.alloc(points * channels * 4);
  pooled = heap.alloc(2 * channels * 4);
  layer = heap.alloc((hiddenUnits + valueUnits + 16) * 4);
  weights = heap.alloc(channels * 4);
  cells = heap.alloc(points);
  prior = heap.alloc(points * 4);
}

export function setSize(side: i32): void {
  size = side;
  const width = side + 2 * REACH;
  for (let i = 0; i < width * width; i++) store<i32>(digits + (<usize>i << 2), 2);
  memory.fill(features, 0, <usize>((side + 2) * (side + 2)) * channels * 2);
}

/** Where the cells of the position to evaluate are to be written, and where its priors will be. */
export function cellsAt(): usize {
  return cells;
}

export function priorAt(): usize {
  return prior;
}

/** Probabilities of win, draw and loss of the position last evaluated. */
export function chanceAt(which: i32): f32 {
  return load<f32>(layer + (<usize>(hiddenUnits + valueUnits + which) << 2));
}

function findCodes(toMove: i32): void {
  const width = size + 2 * REACH;
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const cell = <i32>load<i8>(cells + <usize>(row * size + column));
      const stone = (cell & 1) != 0 ? cell * toMove : 0;
      store<i32>(digits + (<usize>((row + REACH) * width + column + REACH) << 2), stone >= 0 ? stone : 2);
    }
  for (let direction = 0; direction < 4; direction++) {
    const down = direction == 0 ? 0 : 1;
    const right = direction == 1 ? 0 : direction == 3 ? -1 : 1;
    const step = down * width + right;
    const target = codes + (<usize>(direction * size * size) << 2);
    for (let row = 0; row < size; row++)
      for (let column = 0; column < size; column++) {
        const here = (row + REACH) * width + column + REACH;
        let code = 0;
        const before = column - right;
        if (row >= down && before >= 0 && before < size) {
          code = load<i32>(target + (<usize>((row - down) * size + before) << 2));
          code -= load<i32>(digits + (<usize>(here - (REACH + 1) * step) << 2)) * LEADING;
          code = code * 3 + load<i32>(digits + (<usize>(here + REACH * step) << 2));
        } else
          for (let k = -REACH; k <= REACH; k++) code = code * 3 + load<i32>(digits + (<usize>(here + k * step) << 2));
        store<i32>(target + (<usize>(row * size + column) << 2), code);
      }
  }
}

/** The sums of the features of every point's four lines, where positive. */
function addLines(lines: usize, forbidden: usize): void {
  const points = size * size;
  const zero = i16x8.splat(0);
  for (let row = 0, point = 0; row < size; row++)
    for (let column = 0; column < size; column++, point++) {
      const at: usize = <usize>point << 2;
      const a = lines + <usize>load<i32>(codes + at) * channels;
      const b = lines + <usize>load<i32>(codes + (<usize>points << 2) + at) * channels;
      const c = lines + <usize>load<i32>(codes + (<usize>points << 3) + at) * channels;
      const d = lines + <usize>load<i32>(codes + (<usize>points * 12) + at) * channels;
      const target = features + (<usize>((row + 1) * (size + 2) + column + 1) * channels << 1);
      const isForbidden = <i32>load<i8>(cells + <usize>point) == FORBIDDEN_CELL;
      for (let k: usize = 0; k < <usize>channels; k += 16) {
        const one = v128.load(a + k);
        const two = v128.load(b + k);
        const three = v128.load(c + k);
        const four = v128.load(d + k);
        let low = i16x8.add(
          i16x8.add(i16x8.extend_low_i8x16_s(one), i16x8.extend_low_i8x16_s(two)),
          i16x8.add(i16x8.extend_low_i8x16_s(three), i16x8.extend_low_i8x16_s(four)),
        );
        let high = i16x8.add(
          i16x8.add(i16x8.extend_high_i8x16_s(one), i16x8.extend_high_i8x16_s(two)),
          i16x8.add(i16x8.extend_high_i8x16_s(three), i16x8.extend_high_i8x16_s(four)),
        );
        if (isForbidden) {
          low = i16x8.add(low, v128.load(forbidden + (k << 1), 0));
          high = i16x8.add(high, v128.load(forbidden + (k << 1), 16));
        }
        v128.store(target + (k << 1), i16x8.max_s(low, zero), 0);
        v128.store(target + (k << 1), i16x8.max_s(high, zero), 16);
      }
    }
}

/** Mix the features of every point with its neighbors', and pool them over the board. */
function mixAndPool(): void {
  const zero = f32x4.splat(0);
  const stride: usize = <usize>channels << 1;
  const across: usize = <usize>(size + 2) * stride;
  const mixStride: usize = <usize>channels << 2;
  const inverse = f32x4.splat(<f32>1.0 / <f32>(size * size));
  // Eight channels at a time over the whole board, so that weights, sums and maxima stay in registers.
  for (let k: usize = 0; k < <usize>channels; k += 8) {
    const at = k << 2;
    const centerLow = v128.load(mix + at, 0);
    const centerHigh = v128.load(mix + at, 16);
    const besideLow = v128.load(mix + mixStride + at, 0);
    const besideHigh = v128.load(mix + mixStride + at, 16);
    const diagonalLow = v128.load(mix + 2 * mixStride + at, 0);
    const diagonalHigh = v128.load(mix + 2 * mixStride + at, 16);
    const biasLow = v128.load(mix + 3 * mixStride + at, 0);
    const biasHigh = v128.load(mix + 3 * mixStride + at, 16);
    let sumLow = zero;
    let sumHigh = zero;
    let largestLow = zero;
    let largestHigh = zero;
    for (let row = 0; row < size; row++) {
      let here = features + <usize>(row + 1) * across + stride + (k << 1);
      let target = mixed + (<usize>(row * size) * mixStride + at);
      // Three columns of the window; each is the sum of the points above and below, and the point between.
      let outerLeft = i16x8.add(v128.load(here - across - stride), v128.load(here + across - stride));
      let left = v128.load(here - stride);
      let outer = i16x8.add(v128.load(here - across), v128.load(here + across));
      let center = v128.load(here);
      for (let column = 0; column < size; column++) {
        here += stride;
        const outerRight = i16x8.add(v128.load(here - across), v128.load(here + across));
        const right = v128.load(here);
        const beside = i16x8.add(i16x8.add(left, right), outer);
        const diagonal = i16x8.add(outerLeft, outerRight);
        let low = f32x4.add(biasLow, f32x4.mul(centerLow, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(center))));
        let high = f32x4.add(biasHigh, f32x4.mul(centerHigh, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(center))));
        low = f32x4.add(low, f32x4.mul(besideLow, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(beside))));
        high = f32x4.add(high, f32x4.mul(besideHigh, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(beside))));
        low = f32x4.add(low, f32x4.mul(diagonalLow, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(diagonal))));
        high = f32x4.add(high, f32x4.mul(diagonalHigh, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(diagonal))));
        low = f32x4.max(low, zero);
        high = f32x4.max(high, zero);
        sumLow = f32x4.add(sumLow, low);
        sumHigh = f32x4.add(sumHigh, high);
        largestLow = f32x4.max(largestLow, low);
        largestHigh = f32x4.max(largestHigh, high);
        v128.store(target, low, 0);
        v128.store(target, high, 16);
        target += mixStride;
        outerLeft = outer;
        left = center;
        outer = outerRight;
        center = right;
      }
    }
    v128.store(pooled + at, f32x4.mul(sumLow, inverse), 0);
    v128.store(pooled + at, f32x4.mul(sumHigh, inverse), 16);
    v128.store(pooled + mixStride + at, largestLow, 0);
    v128.store(pooled + mixStride + at, largestHigh, 16);
  }
}

/** Evaluate the position at `cellsAt()`: priors over legal points to `priorAt()`; returns its value for the side to move.
 *
 * lines, forbidden: those of the side to move. */
export function evaluate(toMove: i32, lines: usize, forbidden: usize): f32 {
  findCodes(toMove);
  addLines(lines, forbidden);
  mixAndPool();
  multiply(hidden, hiddenBias, pooled, layer, 2 * channels, hiddenUnits);
  rectify(layer, hiddenUnits);
  const behind = layer + (<usize>hiddenUnits << 2);
  multiply(valueHidden, valueHiddenBias, layer, behind, hiddenUnits, valueUnits);
  rectify(behind, valueUnits);
  const chances = behind + (<usize>valueUnits << 2);
  multiply(value, valueBias, behind, chances, valueUnits, 16);
  const first = load<f32>(chances, 0);
  const middle = load<f32>(chances, 4);
  const last = load<f32>(chances, 8);
  const highest: f32 = max(max(first, middle), last);
  const win = Mathf.exp(first - highest);
  const even = Mathf.exp(middle - highest);
  const loss = Mathf.exp(last - highest);
  const total: f32 = win + even + loss;
  store<f32>(chances, win / total, 0);
  store<f32>(chances, even / total, 4);
  store<f32>(chances, loss / total, 8);
  multiply(policy, policyBias, layer, weights, hiddenUnits, channels);
  writePriors(toMove);
  return (win - loss) / total;
}

/** The bits of a cell that bar a side from a point: a stone, and for Black a forbidden point unless nothing else is left. */
function barredBits(toMove: i32): i32 {
  if (toMove > 0)
    for (let move = 0; move < size * size; move++)
      if ((<i32>load<i8>(cells + <usize>move) & (1 | FORBIDDEN_CELL)) == 0) return 1 | FORBIDDEN_CELL;
  return 1;
}

function writePriors(toMove: i32): void {
  const barred = barredBits(toMove);
  const points = size * size;
  let largest: f32 = -1e30;
  for (let point = 0; point < points; point++) {
    if ((<i32>load<i8>(cells + <usize>point) & barred) != 0) continue;
    const at = mixed + <usize>point * (<usize>channels << 2);
    let total = f32x4.splat(0);
    let more = f32x4.splat(0);
    for (let k: usize = 0; k < <usize>channels << 2; k += 32) {
      total = f32x4.add(total, f32x4.mul(v128.load(weights + k, 0), v128.load(at + k, 0)));
      more = f32x4.add(more, f32x4.mul(v128.load(weights + k, 16), v128.load(at + k, 16)));
    }
    total = f32x4.add(total, more);
    const logit: f32 =
      f32x4.extract_lane(total, 0) +
      f32x4.extract_lane(total, 1) +
      f32x4.extract_lane(total, 2) +
      f32x4.extract_lane(total, 3);
    store<f32>(prior + (<usize>point << 2), logit);
    largest = max(largest, logit);
  }
  let sum: f32 = 0;
  for (let point = 0; point < points; point++) {
    const at = prior + (<usize>point << 2);
    let chance: f32 = 0;
    if ((<i32>load<i8>(cells + <usize>point) & barred) == 0) chance = Mathf.exp(load<f32>(at) - largest);
    store<f32>(at, chance);
    sum += chance;
  }
  for (let point = 0; point < points; point++) {
    const at = prior + (<usize>point << 2);
    store<f32>(at, load<f32>(at) / sum);
  }
}

/** A network of line patterns: weights become tables, tables evaluate positions. The arithmetic is `kernel/patterns.ts`;
 * this file lays out its memory. */

import { BLACK, CARO, FREESTYLE, MAX_SIZE, RENJU, WHITE, type Position, type Rules, sameRules } from "./rules";

const CODES = 3 ** 11;
const LINE = 11;
const STEPS = 127;
/** What a feature of a forbidden point may be in steps, so that sums fit in 16 bits. */
const MAX_STEPS = 1000;
const LANES = 16;

/** A network as it is written into a page; all arrays float32, one after the other, base64. */
export interface NetworkData {
  readonly name: string;
  readonly rules: readonly (readonly [number, number, number])[];
  readonly line_units: number;
  readonly channels: number;
  readonly hidden_units: number;
  readonly value_units: number;
  readonly weights: string;
}

export interface Evaluation {
  /** `[points]` probabilities over the legal points; valid until the next evaluation. */
  readonly prior: Float32Array;
  /** In [-1, 1] for the side to move. */
  readonly value: number;
  readonly drawRate: number;
}

interface Kernel {
  readonly memory: WebAssembly.Memory;
  reserve(bytes: number): number;
  setLineNet(...numbers: number[]): void;
  makeLines(lines: number, from: number, to: number): void;
  setLayers(...numbers: number[]): void;
  makeRoom(largest: number): void;
  setSize(size: number): void;
  cellsAt(): number;
  priorAt(): number;
  chanceAt(which: number): number;
  evaluate(toMove: number, lines: number, forbidden: number): number;
}

/** What a network is told of the rules when a side is to move; as `nets.config.rule_numbers`. */
export function ruleNumbers(rules: Rules, toMove: number): number[] {
  const longerWins = (color: number): boolean =>
    rules.variant === FREESTYLE || rules.variant === CARO || (rules.variant === RENJU && color === WHITE);
  return [
    Number(longerWins(toMove)),
    (rules.winLength - 4) / 2,
    Number(longerWins(-toMove)),
    Number(rules.variant === RENJU),
    Number(rules.variant === CARO),
  ];
}

interface Table {
  readonly lines: number;
  /** The rules that its lines were made for, as text; null before. */
  key: string | null;
}

function padded(units: number): number {
  return Math.ceil(units / LANES) * LANES;
}

export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

export class Network {
  readonly name: string;
  private readonly kernel: Kernel;
  private readonly data: NetworkData;
  // Of the first layer of the line network: `[units, 2 * LINE + 5]` and its bias.
  private readonly first: Float32Array;
  private readonly firstBias: Float32Array;
  private readonly heads: number;
  private readonly tails: number;
  // For Black to move and for White.
  private readonly forbidden: [number, number];
  private readonly tables: Table[] = [];
  private chosen: [number, number] = [0, 0];
  private rules: Rules | null = null;
  private cells = new Int8Array(0);
  private prior = new Float32Array(0);

  /** module: the compiled kernel. Throws RangeError if the weights do not fit the numbers of units. */
  constructor(data: NetworkData, module: WebAssembly.Module) {
    this.data = data;
    this.name = data.name;
    const kernel = new WebAssembly.Instance(module, { env: { abort: () => undefined } }).exports as unknown as Kernel;
    this.kernel = kernel;
    const bytes = bytesOfBase64(data.weights);
    const all = new Float32Array(bytes.buffer);
    let taken = 0;
    const take = (count: number): Float32Array => {
      taken += count;
      return all.subarray(taken - count, taken);
    };
    const { line_units: lineUnits, channels, hidden_units: hiddenUnits, value_units: valueUnits } = data;
    const wideUnits = padded(lineUnits);
    const wideChannels = padded(channels);
    const wideHidden = padded(hiddenUnits);
    const wideValue = padded(valueUnits);

    // Weights are taken in the order that they are written in by `gomoku_zero/commands/share.py`. Each is put, transposed,
    // where columns and rows that are only there to fill vectors are zero.
    const put = (values: Float32Array): number => {
      const at = kernel.reserve(values.length * 4);
      new Float32Array(kernel.memory.buffer, at, values.length).set(values);
      return at;
    };
    const vector = (count: number, wide: number, scale = 1): number => {
      const values = new Float32Array(wide);
      take(count).forEach((value, index) => (values[index] = value * scale));
      return put(values);
    };
    const matrix = (
      outputs: number,
      wideOutputs: number,
      inputs: number,
      wideInputs: number,
      place: (input: number) => number = (input) => input,
    ): number => {
      const from = take(outputs * inputs);
      const values = new Float32Array(wideOutputs * wideInputs);
      for (let output = 0; output < outputs; output++)
        for (let input = 0; input < inputs; input++)
          values[place(input) * wideOutputs + output] = from[output * inputs + input]!;
      return put(values);
    };

    this.first = take(lineUnits * (2 * LINE + 5));
    this.firstBias = take(lineUnits);
    this.heads = kernel.reserve(3 ** 6 * wideUnits * 4);
    this.tails = kernel.reserve(3 ** 5 * wideUnits * 4);
    const second = matrix(lineUnits, wideUnits, lineUnits, wideUnits);
    const secondBias = vector(lineUnits, wideUnits);
    const third = matrix(channels, wideChannels, lineUnits, wideUnits);
    const thirdBias = vector(channels, wideChannels, 2); // both ends of a line bring it
    kernel.setLineNet(this.heads, this.tails, second, secondBias, third, thirdBias, wideUnits, wideChannels);

    const forbidden = [0, 1].map(() => {
      const steps = new Int16Array(wideChannels);
      take(channels).forEach((value, index) => {
        steps[index] = Math.max(-MAX_STEPS, Math.min(MAX_STEPS, Math.round(STEPS * value)));
      });
      const at = kernel.reserve(steps.byteLength);
      new Int16Array(kernel.memory.buffer, at, steps.length).set(steps);
      return at;
    });
    this.forbidden = [forbidden[0]!, forbidden[1]!];
    const mixing = new Float32Array(4 * wideChannels);
    for (let row = 0; row < 4; row++)
      take(channels).forEach((value, index) => (mixing[row * wideChannels + index] = row < 3 ? value / STEPS : value));
    const mix = put(mixing);
    // The maxima come behind the means, which are filled up to whole vectors.
    const behindMeans = (input: number): number => (input < channels ? input : wideChannels + input - channels);
    const hidden = matrix(hiddenUnits, wideHidden, 2 * channels, 2 * wideChannels, behindMeans);
    const hiddenBias = vector(hiddenUnits, wideHidden);
    const valueHidden = matrix(valueUnits, wideValue, hiddenUnits, wideHidden);
    const valueHiddenBias = vector(valueUnits, wideValue);
    const value = matrix(3, LANES, valueUnits, wideValue);
    const valueBias = vector(3, LANES);
    const policy = matrix(channels, wideChannels, hiddenUnits, wideHidden);
    const policyBias = vector(channels, wideChannels);
    if (taken !== all.length) throw new RangeError(`a network of ${all.length} weights where ${taken} were expected`);
    kernel.setLayers(
      ...[mix, hidden, hiddenBias, valueHidden, valueHiddenBias, value, valueBias, policy, policyBias],
      ...[wideHidden, wideValue, wideChannels],
    );
    kernel.makeRoom(MAX_SIZE);
  }

  /** Whether it has been trained on such rules; another size alone is fine. */
  knows(rules: Rules): boolean {
    return this.data.rules.some(([, length, variant]) => length === rules.winLength && variant === rules.variant);
  }

  /** Be ready for some rules: makes the tables that are missing. Yields how much of them is done, in [0, 1], so that
   * others may take a turn; positions are evaluated once it has ended. */
  *prepare(rules: Rules): Generator<number> {
    if (this.rules !== null && sameRules(this.rules, rules)) return;
    this.rules = null;
    const numbers = [BLACK, WHITE].map((color) => ruleNumbers(rules, color));
    const keys = numbers.map((its) => its.join());
    const needed = keys.filter((key, index) => keys.indexOf(key) === index);
    const missing = needed.filter((key) => !this.tables.some((table) => table.key === key));
    for (const [index, key] of missing.entries()) {
      let table = this.tables.find((each) => each.key === null || !needed.includes(each.key));
      if (table === undefined) {
        table = { lines: this.kernel.reserve(CODES * padded(this.data.channels)), key: null };
        this.tables.push(table);
      }
      table.key = null;
      this.fillFirstLayer(numbers[keys.indexOf(key)]!);
      const parts = 64;
      for (let part = 0; part < parts; part++) {
        const from = Math.floor((CODES * part) / parts);
        this.kernel.makeLines(table.lines, from, Math.floor((CODES * (part + 1)) / parts));
        yield (index + (part + 1) / parts) / missing.length;
      }
      table.key = key;
    }
    const linesOf = (key: string): number => this.tables.find((table) => table.key === key)!.lines;
    this.chosen = [linesOf(keys[0]!), linesOf(keys[1]!)];
    this.kernel.setSize(rules.size);
    const points = rules.size * rules.size;
    this.cells = new Int8Array(this.kernel.memory.buffer, this.kernel.cellsAt(), points);
    this.prior = new Float32Array(this.kernel.memory.buffer, this.kernel.priorAt(), points);
    this.rules = rules;
  }

  evaluate(position: Position): Evaluation {
    if (this.rules === null || !sameRules(this.rules, position.rules)) throw new Error("there are no tables for these rules");
    position.markedCells(this.cells);
    return this.evaluateCells(position.toMove);
  }

  /** The cells of the position last evaluated, forbidden points marked. */
  get markedCells(): Int8Array {
    return this.cells;
  }

  private evaluateCells(toMove: number): Evaluation {
    const side = toMove > 0 ? 0 : 1;
    const value = this.kernel.evaluate(toMove, this.chosen[side]!, this.forbidden[side]!);
    return { prior: this.prior, value, drawRate: this.kernel.chanceAt(1) };
  }

  /** What the first layer of the line network sums up of the first six and of the last five points of every line. */
  private fillFirstLayer(numbers: readonly number[]): void {
    const units = this.data.line_units;
    const wide = padded(units);
    const inputs = 2 * LINE + 5;
    const fill = (at: number, from: number, to: number, start: (unit: number) => number): void => {
      const count = 3 ** (to - from);
      const sums = new Float32Array(this.kernel.memory.buffer, at, count * wide);
      for (let code = 0; code < count; code++)
        for (let unit = 0; unit < units; unit++) {
          let sum = start(unit);
          for (let point = to - 1, rest = code; point >= from; point--) {
            const digit = rest % 3;
            rest = (rest - digit) / 3;
            if (digit > 0) sum += this.first[unit * inputs + 2 * point + digit - 1]!;
          }
          sums[code * wide + unit] = sum;
        }
    };
    fill(this.heads, 0, 6, (unit) =>
      numbers.reduce((sum, number, index) => sum + number * this.first[unit * inputs + 2 * LINE + index]!, this.firstBias[unit]!),
    );
    fill(this.tails, 6, LINE, () => 0);
  }
}

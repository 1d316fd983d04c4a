/** The nodes of a search: a structure of arrays.
 *
 * An edge exists once its move has been visited, so a node is the edge that leads to it. Moves that are still unvisited are
 * a row of 16-bit weights, of which a node remembers the heaviest. A child comes after its parent. */

export const enum Proof {
  Unknown,
  Win,
  Loss,
  Draw,
}

export const enum State {
  New,
  Expanded,
}

function grown<T extends Int32Array | Float32Array | Uint16Array | Int8Array>(array: T, length: number): T {
  const larger = new (array.constructor as new (length: number) => T)(length);
  larger.set(array as never);
  return larger;
}

export class Tree {
  protected nodes = 0;
  protected rowsUsed = 0;
  protected parent = new Int32Array(1024);
  protected nextSibling = new Int32Array(1024);
  protected firstChild = new Int32Array(1024);
  protected visits = new Int32Array(1024);
  protected valueSum = new Float32Array(1024);
  protected prior = new Float32Array(1024);
  protected score = new Float32Array(1024);
  protected bonus = new Float32Array(1024);
  protected row = new Int32Array(1024);
  protected priorScale = new Float32Array(1024);
  protected visitedPrior = new Float32Array(1024);
  protected nextPrior = new Float32Array(1024);
  protected nextMove = new Int32Array(1024);
  protected move = new Int32Array(1024);
  protected unproven = new Int32Array(1024);
  protected distance = new Int32Array(1024);
  protected proof = new Int8Array(1024);
  protected state = new Int8Array(1024);
  protected rows: Uint16Array;

  /** rowLength: how many points the board has. */
  constructor(private readonly rowLength: number) {
    this.rows = new Uint16Array(256 * rowLength);
  }

  protected clear(): void {
    this.nodes = 0;
    this.rowsUsed = 0;
  }

  protected addNode(parent: number, move: number, prior: number): number {
    const node = this.nodes++;
    if (node === this.parent.length) this.grow();
    this.parent[node] = parent;
    this.firstChild[node] = -1;
    this.nextSibling[node] = -1;
    this.visits[node] = 0;
    this.valueSum[node] = 0;
    this.prior[node] = prior;
    this.row[node] = -1;
    this.priorScale[node] = 0;
    this.visitedPrior[node] = 0;
    this.nextPrior[node] = 0;
    this.nextMove[node] = -1;
    this.move[node] = move;
    this.unproven[node] = 0;
    this.distance[node] = 0;
    this.proof[node] = Proof.Unknown;
    this.state[node] = State.New;
    this.rescore(node);
    if (parent >= 0) {
      this.visitedPrior[parent]! += prior;
      this.nextSibling[node] = this.firstChild[parent]!;
      this.firstChild[parent] = node;
    }
    return node;
  }

  private grow(): void {
    const length = 2 * this.parent.length;
    this.parent = grown(this.parent, length);
    this.nextSibling = grown(this.nextSibling, length);
    this.firstChild = grown(this.firstChild, length);
    this.visits = grown(this.visits, length);
    this.valueSum = grown(this.valueSum, length);
    this.prior = grown(this.prior, length);
    this.score = grown(this.score, length);
    this.bonus = grown(this.bonus, length);
    this.row = grown(this.row, length);
    this.priorScale = grown(this.priorScale, length);
    this.visitedPrior = grown(this.visitedPrior, length);
    this.nextPrior = grown(this.nextPrior, length);
    this.nextMove = grown(this.nextMove, length);
    this.move = grown(this.move, length);
    this.unproven = grown(this.unproven, length);
    this.distance = grown(this.distance, length);
    this.proof = grown(this.proof, length);
    this.state = grown(this.state, length);
  }

  /** Room for the weights of one more node; its number. */
  protected addRow(): number {
    if (this.rowsUsed * this.rowLength >= this.rows.length) this.rows = grown(this.rows, 2 * this.rows.length);
    return this.rowsUsed++;
  }

  /** Bring what selection reads up to date with the rest of a node. */
  protected rescore(node: number): void {
    const proof = this.proof[node];
    if (proof !== Proof.Unknown) {
      // The proof is for the side to move at the node; a proven loss of one's own is left out.
      this.bonus[node] = 0;
      this.score[node] = proof === Proof.Win ? -Infinity : proof === Proof.Loss ? 1 : 0;
      return;
    }
    const visits = this.visits[node]!;
    this.bonus[node] = this.prior[node]! / (1 + visits);
    this.score[node] = visits > 0 ? this.valueSum[node]! / visits : 0;
  }

  /** Make a child of the root the new root, moving what is below it down in place. */
  protected keepSubtree(root: number): void {
    const points = this.rowLength;
    const moved = new Int32Array(this.nodes).fill(-1);
    let kept = 0;
    let rows = 0;
    for (let node = root; node < this.nodes; node++) {
      if (node !== root && moved[this.parent[node]!]! < 0) continue;
      const index = kept++;
      moved[node] = index;
      this.parent[index] = node === root ? -1 : moved[this.parent[node]!]!;
      for (const array of [
        ...[this.visits, this.valueSum, this.prior, this.score, this.bonus, this.priorScale, this.visitedPrior],
        ...[this.nextPrior, this.nextMove, this.move, this.unproven, this.distance, this.proof, this.state],
      ])
        array[index] = array[node]!;
      // Rows were handed out in the order in which nodes were expanded, which is not that of the nodes.
      this.row[index] = this.row[node]!;
      this.firstChild[index] = this.firstChild[node]!;
      this.nextSibling[index] = node === root ? -1 : this.nextSibling[node]!;
    }
    for (let index = 0; index < kept; index++) {
      if (this.firstChild[index]! >= 0) this.firstChild[index] = moved[this.firstChild[index]!]!;
      if (this.nextSibling[index]! >= 0) this.nextSibling[index] = moved[this.nextSibling[index]!]!;
    }
    const owners = [...Array(kept).keys()].filter((node) => this.row[node]! >= 0);
    owners.sort((a, b) => this.row[a]! - this.row[b]!);
    for (const node of owners) {
      const from = this.row[node]! * points;
      this.rows.copyWithin(rows * points, from, from + points);
      this.row[node] = rows++;
    }
    this.nodes = kept;
    this.rowsUsed = rows;
  }

  protected findChild(node: number, move: number): number {
    let child = this.firstChild[node]!;
    while (child >= 0 && this.move[child] !== move) child = this.nextSibling[child]!;
    return child;
  }
}

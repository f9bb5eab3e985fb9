/**
 * @file From mathematics as people and models write it (LaTeX, Unicode, plain) to the plain notation that the parser reads:
 * "\frac{1}{2}x^{10}" → "((1)/(2))x^(10)". Products of letters are told apart from names: "xy" is x·y, "sin" is a function.
 */

/** What is no mathematics we know. */
export class NoExpression extends Error {
  override readonly name = 'NoExpression';
}

/** Functions of one argument that both notations know, by the name they get. */
export const FUNCTIONS = new Map<string, string>([
  ...[
    'sqrt',
    'cbrt',
    'abs',
    'exp',
    'ln',
    'log',
    'sin',
    'cos',
    'tan',
    'cot',
    'sec',
    'csc',
    'asin',
    'acos',
    'atan',
    'sinh',
    'cosh',
    'tanh',
    'floor',
    'ceil',
  ].map((name): [string, string] => [name, name]),
  ['lg', 'log10'],
  ['log10', 'log10'],
  ['log2', 'log2'],
  ['arcsin', 'asin'],
  ['arccos', 'acos'],
  ['arctan', 'atan'],
]);

const GREEK =
  /^(?:alpha|beta|gamma|delta|epsilon|varepsilon|zeta|eta|theta|vartheta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|upsilon|phi|varphi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Phi|Psi|Omega)$/;
const IGNORED =
  /^(?:left|right|big|Big|bigg|Bigg|bigl|bigr|Bigl|Bigr|displaystyle|textstyle|quad|qquad|limits|,|;|:|!| )$/;
const OPERATORS: Readonly<Record<string, string>> = {
  cdot: '*',
  times: '*',
  ast: '*',
  div: '/',
  lbrace: '{',
  rbrace: '}',
  '{': '{',
  '}': '}',
  infty: ' infinity ',
  '%': '%',
};
const UNICODE: Readonly<Record<string, string>> = {
  '×': '*',
  '·': '*',
  '∙': '*',
  '⋅': '*',
  '÷': '/',
  '−': '-',
  '–': '-',
  π: ' pi ',
  '√': ' sqrt ',
  '²': '^2',
  '³': '^3',
  '∞': ' infinity ',
  '½': '(1/2)',
  '¼': '(1/4)',
  '¾': '(3/4)',
};
/** Words that say what is counted, not how much. */
const TEXT = /^(?:text|textrm|textbf|textit|mathrm|mathbf|mathit|mbox|operatorname)$/;

const MIXED = /(?<![\w.^_\\}\])]\s*)(\d+)\s*\\[dtc]?frac\s*(?:\{\s*(\d+)\s*\}\s*\{\s*(\d+)\s*\}|(\d)(\d))/g;
/** "1 1/2" with a space between. */
const PLAIN_MIXED = /(?<![\w.^_\\}\])/*]\s*)(\d+)\s+(\d+)\s*\/\s*(\d+)(?![\d.^])/g;

/** @throws NoExpression naming what it does not know. */
export function toPlain(source: string): string {
  const text = source
    .replaceAll(/[×·∙⋅÷−–π√²³∞½¼¾]/gu, (character) => UNICODE[character] ?? character)
    .replaceAll(/\^\s*(?:\\circ|\{\s*\\circ\s*\})|°|\\\$|\$|~|\\[()[\]]/g, ' ')
    .replaceAll('**', '^')
    // What LaTeX writes between groups of three digits: 10{,}000, 10,\!000 and 10\,000.
    .replaceAll(/(?<=\d)(?:\{,\}|,\\!|\\,)(?=\d{3}(?!\d))/g, ',')
    // 1,234,567 is one number; (1, 2) and 1,2 are lists.
    .replaceAll(/(?<![\d,.])\d{1,3}(?:,\d{3})+(?![\d,])/g, (number) => number.replaceAll(',', ''))
    // A whole number right before a fraction of two is a mixed number, not a product.
    .replaceAll(MIXED, '($1+$2$4/$3$5)')
    .replaceAll(PLAIN_MIXED, '($1+$2/$3)');
  const reader = new Reader(text);
  const plain = reader.sequence('').trim();
  return plain.replaceAll(/\|([^|]+)\|/g, 'abs($1)');
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Up to a closing character, which is taken too; '' reads to the end. */
  sequence(closing: string): string {
    let out = '';
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined) {
        if (closing !== '') throw new NoExpression(`"${closing}" is missing`);
        return out;
      }
      if (character === closing) {
        this.#at += 1;
        return out;
      }
      out += this.#next(character);
    }
  }

  #next(character: string): string {
    if (character === '\\') return this.#command();
    if (/[A-Za-z]/.test(character)) return this.#letters();
    const [scientific, mantissa, exponent] =
      /^(\d+(?:\.\d*)?|\.\d+)[eE]([-+]?\d+)/.exec(this.#text.slice(this.#at)) ?? [];
    if (scientific !== undefined) {
      this.#at += scientific.length;
      return `(${mantissa}*10^(${exponent}))`;
    }
    this.#at += 1;
    switch (character) {
      case '{':
        return `(${this.sequence('}')})`;
      case '}':
        throw new NoExpression('"}" closes nothing');
      case '^':
        return `^${this.#argument()}`;
      default:
        return character;
    }
  }

  /** A run of letters: a function, a Greek name, or a product of variables; a subscript belongs to the last of them. */
  #letters(): string {
    const [run = ''] = /^[A-Za-z]+(?:\d+(?=\())?/.exec(this.#text.slice(this.#at)) ?? [];
    this.#at += run.length;
    const known = FUNCTIONS.get(run);
    if (known !== undefined) return this.#call(known);
    if (GREEK.test(run)) return ` ${run}${this.#subscript()} ${this.#times()}`;
    const letters = Array.from(/^[A-Za-z]+/.exec(run)?.[0] ?? '');
    const digits = run.slice(letters.length);
    return ` ${letters.join(' ')}${this.#subscript()}${digits} ${this.#times()}`;
  }

  /** x(y + 1) is a product, not a call. */
  #times(): string {
    return /^\s*\(/.test(this.#text.slice(this.#at)) ? '*' : '';
  }

  #subscript(): string {
    const match = /^_(?:(\w)|\{\s*(\w+)\s*\})/.exec(this.#text.slice(this.#at));
    if (!match) return '';
    this.#at += match[0].length;
    return `_${match[1] ?? match[2] ?? ''}`;
  }

  #command(): string {
    const [whole = '', name = ''] = /^\\([A-Za-z]+|.)\s*/su.exec(this.#text.slice(this.#at)) ?? [];
    this.#at += whole.length;
    if (IGNORED.test(name))
      return this.#text[this.#at] === '.' && /^(?:left|right)$/.test(name) ? this.#skip() : ' ';
    if (/^[dtc]?frac$/.test(name)) return `(${this.#argument()}/${this.#argument()})`;
    if (name === 'sqrt') return this.#root();
    if (TEXT.test(name)) return this.#words();
    const known = FUNCTIONS.get(name);
    if (known !== undefined) return this.#call(known);
    if (GREEK.test(name)) return ` ${name}${this.#subscript()} ${this.#times()}`;
    if (/^[lr]?[vV]ert$/.test(name) || name === '|') return '|';
    const operator = OPERATORS[name];
    if (operator === undefined) throw new NoExpression(`the command \\${name} is not known`);
    return operator;
  }

  #skip(): string {
    this.#at += 1;
    return ' ';
  }

  /** One argument of a command: a group in braces, a command, or a single character. */
  #argument(): string {
    const [space = ''] = /^\s*/.exec(this.#text.slice(this.#at)) ?? [];
    this.#at += space.length;
    const character = this.#text[this.#at];
    if (character === undefined) throw new NoExpression('an argument is missing');
    if (character === '(') {
      this.#at += 1;
      return `(${this.sequence(')')})`;
    }
    if (character === '-' || character === '+') {
      this.#at += 1;
      return `(${character}${this.#argument()})`;
    }
    if (character === '{' || character === '\\') return `(${this.#next(character)})`;
    // TeX takes one digit ("\frac12"), plain notation the whole number ("2^10").
    const [number] = /^\d+(?:\.\d+)?/.exec(this.#text.slice(this.#at)) ?? [];
    if (number !== undefined) {
      const taken = this.#isTex(number) ? number.slice(0, 1) : number;
      this.#at += taken.length;
      return `(${taken})`;
    }
    if (!/[A-Za-z]/.test(character)) throw new NoExpression(`"${character}" is no argument`);
    const function_ = /^[A-Za-z]+/.exec(this.#text.slice(this.#at))?.[0] ?? '';
    if (FUNCTIONS.has(function_) || GREEK.test(function_)) return `(${this.#letters()})`;
    this.#at += 1;
    return `(${character}${this.#subscript()})`;
  }

  /** Whether the argument stands right behind \frac or another of its arguments. */
  #isTex(number: string): boolean {
    return number.length > 1 && /\\[dtc]?frac\s*(?:\{[^{}]*\}|\d)?\s*$/.test(this.#text.slice(0, this.#at));
  }

  #root(): string {
    if (this.#text[this.#at] !== '[') return `sqrt(${this.#argument()})`;
    this.#at += 1;
    const degree = this.sequence(']');
    return `nthRoot(${this.#argument()},${degree})`;
  }

  /** \text{…}: units and words beside an expression are left away. */
  #words(): string {
    if (this.#text[this.#at] !== '{') throw new NoExpression('\\text needs braces');
    const end = this.#text.indexOf('}', this.#at);
    if (end < 0) throw new NoExpression('"}" is missing');
    const words = this.#text.slice(this.#at + 1, end).trim();
    const alone =
      /^\s*$/.test(this.#text.slice(end + 1)) && /^\s*\\[a-z]+\s*$/i.test(this.#text.slice(0, this.#at));
    this.#at = end + 1;
    if (!alone) return ' ';
    return ` ${words.replaceAll(/\W+/g, '_').toLowerCase() || 'empty'}_word `;
  }

  /** A function with its power and its argument: "\sin^2 x", "\log_{2} 8", "sqrt(2)". */
  #call(name: string): string {
    const base = name === 'log' && /^\s*_/.test(this.#text.slice(this.#at)) ? this.#base() : null;
    let power = '';
    if (/^\s*\^/.test(this.#text.slice(this.#at))) {
      this.#at = this.#text.indexOf('^', this.#at) + 1;
      power = this.#argument();
      if (/^\(+-1\)+$/.test(power))
        throw new NoExpression(`${name}^-1 may mean the inverse or the reciprocal`);
    }
    const argument = this.#operand();
    const call = base === null ? `${name}(${argument})` : `(log(${argument})/log(${base}))`;
    return ` ${power === '' ? call : `(${call}^${power})`} ${this.#times()}`;
  }

  #base(): string {
    this.#at = this.#text.indexOf('_', this.#at) + 1;
    return this.#argument();
  }

  /** What a function without parentheses applies to: the factors up to the next sign, operator or function. */
  #operand(): string {
    const rest = this.#text.slice(this.#at);
    const opening = /^\s*(?:\\left|\\bigl?|\\Bigl?)?\s*([({[|])/.exec(rest);
    if (opening?.[1] !== undefined && opening[1] !== '|') {
      this.#at += opening[0].length;
      const closing = { '(': ')', '{': '}', '[': ']' }[opening[1]] ?? ')';
      return this.sequence(closing);
    }
    let out = '';
    for (;;) {
      const left = this.#text.slice(this.#at);
      const character = left[0];
      if (character === undefined || /^[-+*/=,)}\]|!<>]/.test(left)) break;
      const [name] = /^[A-Za-z]+/.exec(left.replace(/^\\/, '')) ?? [];
      if (out.trim() !== '' && name !== undefined && FUNCTIONS.has(name)) break;
      if (/^\\(?:cdot|times|div|right)/.test(left)) break;
      out += this.#next(character);
    }
    if (out.trim() === '') throw new NoExpression('a function has no argument');
    return out;
  }
}

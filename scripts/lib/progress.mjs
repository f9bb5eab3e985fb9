/**
 * @file Visible progress: one permanent line per finished stage; below them, on a terminal, a live line per running stage.
 * Without a terminal each stage prints a line when it begins, one every ten seconds while it runs, and one when it ends.
 */

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
const PLAIN_UPDATE_MS = 10_000;
const BAR_CELLS = 24;

/**
 * @typedef {object} Stage
 * @property {(detail: string) => void} detail says what the stage is doing right now
 * @property {(fraction: number, detail?: string) => void} fraction shows a bar; fraction in [0, 1]
 * @property {(text?: string) => void} succeed ends the stage well
 * @property {(text: string) => void} warn ends the stage with less than hoped for
 * @property {(text: string) => void} fail ends the stage badly
 * @property {() => number} elapsedMs since the stage began
 *
 * @typedef {object} Progress
 * @property {(name: string) => Stage} stage begins a stage
 * @property {(line: string) => void} line prints a permanent line
 * @property {Paint} paint colours, or none
 * @property {() => void} close stops drawing
 *
 * @typedef {{ bold(text: string): string, dim(text: string): string, green(text: string): string, yellow(text: string): string, red(text: string): string, cyan(text: string): string }} Paint
 */

/**
 * @param {{ stream?: NodeJS.WriteStream, terminal?: boolean, colour?: boolean, now?: () => number }} [options]
 * @returns {Progress}
 */
export function createProgress({ stream = process.stdout, terminal, colour, now = Date.now } = {}) {
  const live = terminal ?? (stream.isTTY && !process.env.CI);
  const paint = painter(colour ?? (live && process.env.NO_COLOR === undefined));
  /** @type {Set<{ name: string, began: number, detail: string, fraction: number | undefined, lastPlain: number }>} */
  const running = new Set();
  let drawn = 0;
  let frame = 0;
  /** @type {NodeJS.Timeout | undefined} */
  let timer;

  const erase = () => {
    if (drawn > 0) stream.write(`\u001b[${drawn}A\u001b[0J`);
    drawn = 0;
  };
  const draw = () => {
    if (!live) return;
    const width = Math.max(20, (stream.columns || 80) - 1);
    for (const stage of running) {
      stream.write(
        paint.cyan(FRAMES[frame % FRAMES.length] ?? '') +
          clip(` ${describe(stage, now())}`, width - 1) +
          '\n',
      );
      drawn += 1;
    }
  };
  /** @param {string} text */
  const line = (text) => {
    erase();
    stream.write(`${text}\n`);
    draw();
  };
  const tick = () => {
    frame += 1;
    if (live) {
      erase();
      draw();
      return;
    }
    for (const stage of running) {
      if (now() - stage.lastPlain < PLAIN_UPDATE_MS) continue;
      stage.lastPlain = now();
      stream.write(`  … ${describe(stage, now())}\n`);
    }
  };

  return {
    paint,
    line,
    close() {
      clearInterval(timer);
      timer = undefined;
      erase();
    },
    stage(name) {
      /** @type {{ name: string, began: number, detail: string, fraction: number | undefined, lastPlain: number }} */
      const state = { name, began: now(), detail: '', fraction: undefined, lastPlain: now() };
      running.add(state);
      if (!timer) timer = setInterval(tick, live ? FRAME_MS : 1000).unref();
      if (live) {
        erase();
        draw();
      } else stream.write(`  · ${name} …\n`);
      /** @param {string} mark @param {string | undefined} text */
      const end = (mark, text) => {
        if (!running.delete(state)) return;
        line(
          `  ${mark} ${name}${text ? ` — ${text}` : ''} ${paint.dim(`(${duration(now() - state.began)})`)}`,
        );
        if (running.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
      };
      return {
        detail(detail) {
          state.fraction = undefined;
          state.detail = detail.replaceAll(/\s+/g, ' ');
        },
        fraction(fraction, detail) {
          state.fraction = Math.min(1, Math.max(0, fraction));
          if (detail !== undefined) state.detail = detail;
        },
        succeed: (text) => end(paint.green('✓'), text),
        warn: (text) => end(paint.yellow('!'), text),
        fail: (text) => end(paint.red('✗'), text),
        elapsedMs: () => now() - state.began,
      };
    },
  };
}

/** @param {number} ms @returns {string} for instance "840 ms", "12.3 s", "2 min 5 s" */
export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** For a running stage: anything finer would flicker. @param {number} ms */
const wholeSeconds = (ms) => (ms < 60_000 ? `${Math.floor(ms / 1000)} s` : duration(ms));

/** @param {{ name: string, began: number, detail: string, fraction: number | undefined }} stage @param {number} now */
function describe(stage, now) {
  const filled = Math.round((stage.fraction ?? 0) * BAR_CELLS);
  const bar =
    stage.fraction === undefined
      ? ''
      : ` [${'#'.repeat(filled)}${'.'.repeat(BAR_CELLS - filled)}] ${Math.floor(stage.fraction * 100)} %`;
  return `${stage.name} ${wholeSeconds(now - stage.began)}${bar}${stage.detail ? ` · ${stage.detail}` : ''}`;
}

/** @param {string} text @param {number} width */
const clip = (text, width) => (text.length <= width ? text : `${text.slice(0, width - 1)}…`);

/** @param {boolean} on @returns {Paint} */
function painter(on) {
  /** @param {number} code */
  const style = (code) => (/** @type {string} */ text) => (on ? `\u001b[${code}m${text}\u001b[0m` : text);
  return {
    bold: style(1),
    dim: style(2),
    green: style(32),
    yellow: style(33),
    red: style(31),
    cyan: style(36),
  };
}

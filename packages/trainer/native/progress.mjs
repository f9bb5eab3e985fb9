/** @file A progress bar on a terminal; elsewhere one line per quarter, so that a log stays readable. */

const WIDTH = 30;

/**
 * @param {string} label
 * @param {((line: string) => void) & { progress?: (label: string, done: number, total: number) => void }} log
 *   with `progress`, whoever asked draws the bar itself
 * @returns {{ update: (done: number, total: number) => void, end: () => void }} amounts in bytes
 */
export function progressBar(label, log) {
  const terminal = process.stdout.isTTY === true;
  const started = Date.now();
  let drawn = 0;
  let quarter = 0;
  return {
    update(done, total) {
      if (log.progress) return log.progress(label, done, total);
      if (terminal) {
        if (Date.now() - drawn < 100 && done < total) return;
        drawn = Date.now();
        const filled = Math.round((WIDTH * done) / total);
        process.stdout.write(
          `\r${label} [${'='.repeat(filled)}${' '.repeat(WIDTH - filled)}] ${amount(done, total, started)}  `,
        );
      } else if (Math.floor((4 * done) / total) > quarter) {
        quarter = Math.floor((4 * done) / total);
        log(`${label}: ${amount(done, total, started)}`);
      }
    },
    end() {
      if (terminal && !log.progress) process.stdout.write('\n');
    },
  };
}

function amount(done, total, started) {
  const seconds = Math.max(0.001, (Date.now() - started) / 1000);
  const megabytes = (bytes) => (bytes / 1e6).toFixed(0);
  return `${megabytes(done)} of ${megabytes(total)} MB, ${(done / 1e6 / seconds).toFixed(0)} MB/s`;
}

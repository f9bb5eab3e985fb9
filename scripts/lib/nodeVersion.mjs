/** @file The one check that must run on any Node: nothing here may need a recent one. */

var OLDEST = [20, 19];

/** Ends the process with advice when Node is older than what Nabla runs on. */
export function requireNode() {
  var parts = process.versions.node.split('.');
  var major = Number(parts[0]);
  var minor = Number(parts[1]);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  console.error(
    'Nabla needs Node ' + OLDEST.join('.') + ' or newer; this is Node ' + process.versions.node + ' (' + process.execPath + ').\n' +
      'Install a newer one from https://nodejs.org or with your version manager (for instance: nvm install 22), then run the command again.',
  );
  process.exit(1);
}

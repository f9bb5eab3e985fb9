/** @file The one check that must run on any Node: nothing here may need a recent one. */

/** Ends the process with advice when Node is older than what Nabla runs on. */
export function requireNode() {
  if (isRecent(process.versions.node)) return;
  console.error(
    'Nabla needs Node 20.19 or newer; this is Node ' +
      process.versions.node +
      ' (' +
      process.execPath +
      ').\n' +
      'Install a newer one from https://nodejs.org or with your version manager (for instance: nvm install 22), then run the command again.',
  );
  process.exit(1);
}

/** @param {string} version for instance "20.19.1" */
export function isRecent(version) {
  var parts = version.split('.');
  var major = Number(parts[0]);
  return major > 20 || (major === 20 && Number(parts[1]) >= 19);
}

/**
 * @file Loaded first into every process that `npm start` starts (`node --import`). The supervisor holds the other end of a pipe
 * on file descriptor 3 and never writes to it; when it ends, the supervisor is gone, however it died, and this process stops.
 */
import { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';

const GRACE_MS = 20_000;

// Threads and forked children inherit the import and the variable, but the pipe is not theirs.
if (isMainThread && process.env.NABLA_SUPERVISOR_PID === String(process.ppid)) {
  // Output goes through the supervisor as well: once it is gone, writing must not be what ends an orderly stop.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code !== 'EPIPE') throw error;
    });
  const pipe = new Socket({ fd: 3, readable: true, writable: false });
  let told = false;
  const stop = () => {
    if (told) return;
    told = true;
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), GRACE_MS).unref();
  };
  pipe.on('end', stop);
  pipe.on('error', stop);
  pipe.resume();
  pipe.unref();
}

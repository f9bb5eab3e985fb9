/** @file Which port a service gets: the one asked for, or the next free one after a default. */
import { connect, createServer } from 'node:net';

const TRIED = 50;

/** A port that somebody named and that is taken. */
export class PortTakenError extends Error {
  /** @param {number} port @param {string} option @param {string} what */
  constructor(port, option, what) {
    super(
      `port ${port} for the ${what} is taken by another program. Choose another with ${option} <port>, or leave ${option} out to take the next free one.`,
    );
    this.name = 'PortTakenError';
  }
}

/**
 * @param {{ what: string, option: string, port: number, named: boolean, host: string, not?: readonly number[] }} request
 *   named: the user chose the port, so it is that one or an error; not: ports promised to others
 * @returns {Promise<{ port: number, movedFrom: number | undefined }>}
 * @throws {PortTakenError}
 */
export async function choosePort({ what, option, port, named, host, not = [] }) {
  for (let candidate = port; candidate < Math.min(port + TRIED, 65_536); candidate += 1) {
    if (!not.includes(candidate) && (await isFree(candidate, host)))
      return { port: candidate, movedFrom: candidate === port ? undefined : port };
    if (named) throw new PortTakenError(port, option, what);
  }
  throw new Error(
    `no free port for the ${what} between ${port} and ${port + TRIED - 1}; name one with ${option} <port>`,
  );
}

/**
 * Free means: nobody answers on loopback (v4 or v6), and we can listen where we are going to.
 * Both, because some systems let one program listen on 127.0.0.1 while another has the same port on all addresses.
 * @param {number} port @param {string} host
 */
export async function isFree(port, host) {
  if (!(await canListen(port, host))) return false;
  return !(await answers(port, '127.0.0.1')) && !(await answers(port, '::1'));
}

/** @param {number} port @param {string} host @returns {Promise<boolean>} */
function canListen(port, host) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else if (error.code === 'EACCES')
        reject(
          new Error(`this user may not listen on port ${port}; choose one from 1024 up`, { cause: error }),
        );
      else
        reject(
          new Error(`cannot listen on ${host} (${error.message}); choose another address with --host`, {
            cause: error,
          }),
        );
    });
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** @param {number} port @param {string} host @returns {Promise<boolean>} */
function answers(port, host) {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 500 });
    /** @param {boolean} answer */
    const end = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

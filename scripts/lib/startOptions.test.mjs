import { describe, expect, it } from 'vitest';
import { OptionError, parseStartOptions, startHelp } from './startOptions.mjs';

/** @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
const parsed = (args, env = { INIT_CWD: '/home/somebody' }) => {
  const options = parseStartOptions(args, env);
  if (options === 'help') throw new Error('asked for help');
  return options;
};

describe('options of npm start', () => {
  it('has defaults that name no port', () => {
    expect(parsed([])).toMatchObject({
      port: 3000,
      portNamed: false,
      apiPort: 4000,
      apiPortNamed: false,
      host: '127.0.0.1',
      demo: true,
      workers: 1,
      backend: 'auto',
    });
  });

  it('takes values after a blank or an equals sign', () => {
    expect(parsed(['--port', '8080', '--api-port=8081', '--no-demo', '--workers=3'])).toMatchObject({
      port: 8080,
      portNamed: true,
      apiPort: 8081,
      apiPortNamed: true,
      demo: false,
      workers: 3,
    });
  });

  it('reads a relative folder from where npm was called', () => {
    expect(parsed(['--data', 'runs'])).toMatchObject({ data: '/home/somebody/runs' });
  });

  it('prefers the command line to the environment', () => {
    const env = { NABLA_PORT: '9000', DATABASE_URL: 'postgres://there/nabla', NABLA_DEMO: '0' };
    expect(parsed([], env)).toMatchObject({
      port: 9000,
      portNamed: true,
      databaseUrl: 'postgres://there/nabla',
      demo: false,
    });
    expect(parsed(['--port', '9001'], env).port).toBe(9001);
  });

  it('starts no worker when told so', () => {
    expect(parsed(['--no-worker', '--workers', '4']).workers).toBe(0);
  });

  it.each([
    [['--prot', '1'], 'unknown option "--prot"'],
    [['--port'], '--port needs a value'],
    [['--port', '--no-demo'], '--port needs a value'],
    [['--port', '70000'], '--port is "70000"; it must be a whole number from 1 to 65535'],
    [['--port', '80x'], '--port is "80x"'],
    [['--backend', 'cuda'], 'it can be auto, native or wasm'],
    [['--database-url', 'mysql://x'], 'must begin with postgres://'],
    [['--no-demo=1'], '--no-demo takes no value'],
    [['--public-url', 'nabla.example.org'], 'must be an origin'],
  ])('refuses %j with the reason', (args, reason) => {
    expect(() => parsed(args)).toThrow(OptionError);
    expect(() => parsed(args)).toThrow(reason);
  });

  it('explains every option in its help', () => {
    for (const flag of [
      '--port',
      '--api-port',
      '--host',
      '--public-url',
      '--data',
      '--database-url',
      '--workers',
      '--no-worker',
      '--no-demo',
      '--backend',
      '--rewards',
    ])
      expect(startHelp()).toContain(flag);
    expect(parseStartOptions(['-h'], {})).toBe('help');
  });
});

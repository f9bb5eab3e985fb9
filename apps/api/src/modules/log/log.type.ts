/** @file Log lines of a run. */
import { enumType, objectType } from 'nexus';
import { connectionTypes } from '../../relay/connectionTypes.ts';

export const LogLevel = enumType({ name: 'LogLevel', members: ['DEBUG', 'INFO', 'WARN', 'ERROR'] });

export const RunLog = objectType({
  name: 'RunLog',
  definition(t) {
    t.nonNull.id('id', { resolve: (log) => `log_${log.runId}_${log.seq}` });
    t.nonNull.field('time', { type: 'DateTime' });
    t.nonNull.field('level', { type: 'LogLevel' });
    t.nonNull.string('message');
    t.int('step');
  },
});

export const RunLogConnectionTypes = connectionTypes(RunLog);

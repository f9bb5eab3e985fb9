/** @file What mutations share: payloads with typed errors. */
import { enumType, interfaceType, objectType } from 'nexus';
import { errorCodes } from '../../errors.ts';

export const ErrorCode = enumType({ name: 'ErrorCode', members: [...errorCodes] });

export const UserError = objectType({
  name: 'UserError',
  description:
    'Why a write was refused. `path` points into the input, for instance ["config","policyGradient","groupSize"].',
  definition(t) {
    t.nonNull.field('code', { type: 'ErrorCode' });
    t.nonNull.string('message');
    t.nonNull.list.nonNull.string('path');
  },
});

export const MutationPayload = interfaceType({
  name: 'MutationPayload',
  definition(t) {
    t.nonNull.list.nonNull.field('errors', { type: 'UserError' });
  },
});

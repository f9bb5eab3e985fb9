/**
 * @file Where the Prisma CLI finds schema and migrations. `DATABASE_URL` is only needed by `prisma migrate deploy` and
 * `migrate status` against a database of one's own; generating the client needs no database.
 *
 * A plain object: `prisma` is a dependency of packages/db, so `prisma/config` cannot be imported at run time from here.
 */
const url = process.env.DATABASE_URL;

export default {
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  ...(url === undefined ? {} : { datasource: { url } }),
};

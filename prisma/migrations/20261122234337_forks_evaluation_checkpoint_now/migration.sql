-- AlterEnum
ALTER TYPE "run_command" ADD VALUE 'CHECKPOINT';

-- AlterTable
ALTER TABLE "run" ADD COLUMN     "checkpoint_asked_at" INTEGER,
ADD COLUMN     "forked_from_run_id" TEXT,
ADD COLUMN     "forked_from_sha256" TEXT,
ADD COLUMN     "forked_from_step" INTEGER;

-- AlterTable
ALTER TABLE "completion" ADD COLUMN     "evaluation_set" TEXT;

-- CreateIndex
CREATE INDEX "run_forked_from_run_id_idx" ON "run"("forked_from_run_id");

-- AddForeignKey
ALTER TABLE "run" ADD CONSTRAINT "run_forked_from_run_id_fkey" FOREIGN KEY ("forked_from_run_id") REFERENCES "run"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- What Prisma's schema language cannot say: the completions of evaluation, which are few among many. Lists of training walk
-- the primary key, where each step's own completions come first.
CREATE INDEX completion_evaluation ON completion (run_id, evaluation_set, step, index) WHERE evaluation_set IS NOT NULL;

-- AlterTable
ALTER TABLE "reward" ADD COLUMN     "used" DOUBLE PRECISION;

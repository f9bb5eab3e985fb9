/** @file Kinds of numbers and names that several parts of the configuration use. */
import { z } from 'zod';

export const positiveInt = (max: number) => z.int().min(1).max(max);
export const probability = z.number().min(0).max(1);
/** A path of a file or folder, as somebody writes it. */
export const filePath = z.string().trim().min(1).max(1000);

/** Part of a metric's name: reward components and evaluation sets are called so. */
export const nameOf = (what: string) =>
  z
    .string()
    .regex(
      /^[a-z][a-z0-9_]{0,39}$/,
      `${what} has 1-40 lower-case letters, digits and underscores and begins with a letter`,
    );

/** The item at an index (negative: from the end). @throws RangeError where there is none: a bug, told at its place. */
export function at<Item>(
  list: ArrayLike<Item> & { at(index: number): Item | undefined },
  index: number,
): Item {
  const item = list.at(index);
  if (item === undefined) throw new RangeError(`nothing at ${index} of a list of ${list.length}`);
  return item;
}

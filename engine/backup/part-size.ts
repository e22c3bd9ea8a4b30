const MEBIBYTE = 1024 * 1024;
const SMALLEST_BYTES = 8 * MEBIBYTE;
const LARGEST_BYTES = 5 * 1024 * MEBIBYTE;
/** S3 takes 10,000; the rest is room for data that grew since it was measured. */
const PLANNED_PARTS = 9000;

/**
 * Part size in bytes for a multipart upload of about `expectedBytes`, a whole number of MiB. The same rule as
 * `backup.sh --part-size`. Throws above what one S3 object can hold.
 */
export function partSizeBytes(expectedBytes: number): number {
  if (!Number.isSafeInteger(expectedBytes) || expectedBytes < 0) {
    throw new Error(`not a number of bytes: ${expectedBytes}`);
  }
  const part = Math.max(SMALLEST_BYTES, Math.ceil(expectedBytes / (PLANNED_PARTS * MEBIBYTE)) * MEBIBYTE);
  if (part > LARGEST_BYTES) {
    throw new Error(
      `${expectedBytes} bytes do not fit into one S3 object (at most ${PLANNED_PARTS} parts of ${LARGEST_BYTES} bytes)`,
    );
  }
  return part;
}

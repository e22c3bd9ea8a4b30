/** What a command ends with. */
export const EXIT_CODE = { fine: 0, blockers: 1, usageOrUnreachable: 2 } as const;

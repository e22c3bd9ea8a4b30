/** How every command that works on all servers of a stack is told of them. */
export const TOPOLOGY_HELP = `
Takes everything from the stack output topology, a secret:
  pulumi stack output topology --show-secrets --json | npm run -s ferry -- COMMAND --topology -`;

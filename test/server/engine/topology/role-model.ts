import type { Side } from "@gtid-ferry/engine/topology";

export const NAMES = ["source", "target", "standby"] as const;
export type Name = (typeof NAMES)[number];

/** What decides what a command does: who has the primary role, and whom the stack declared last. */
export interface State {
  readonly primary: Name;
  readonly asked: Side;
}

/** What an operator can do to a stack, by the stack or past it. */
export type Command =
  | { readonly kind: "up"; readonly primary: Side }
  | { readonly kind: "switchover"; readonly to: Name }
  /** The primary dies first; where it would be its own successor, the server after it takes over. */
  | { readonly kind: "failover"; readonly to: Name };

export const START: State = { primary: "source", asked: "source" };

export const COMMANDS: readonly ((state: State) => Command)[] = [
  () => ({ kind: "up", primary: "source" }),
  () => ({ kind: "up", primary: "target" }),
  ...NAMES.map((to) => (): Command => ({ kind: "switchover", to })),
  ({ primary }) => ({ kind: "failover", to: NAMES[(NAMES.indexOf(primary) + 1) % NAMES.length] ?? "source" }),
];

/**
 * A stack moves the role where another server is declared than before, and follows it everywhere else; what is done past the
 * stack changes nothing of what it declares.
 */
export function next({ primary, asked }: State, command: Command): State {
  switch (command.kind) {
    case "up":
      return { primary: command.primary === asked ? primary : command.primary, asked: command.primary };
    default:
      return { primary: command.to, asked };
  }
}

/** The shortest way that the greedy search finds through every command in every state that can be reached. */
export function* walk(): Generator<Command> {
  const done = new Set<string>();
  let state = START;
  for (;;) {
    const way = wayToUndone(state, done);
    if (way === undefined) return;
    for (const index of way) {
      const command = commandAt(index, state);
      done.add(keyOf(state, index));
      yield command;
      state = next(state, command);
    }
  }
}

/** The fewest commands, by their numbers, of which the last one was not done yet in its state. */
function wayToUndone(start: State, done: ReadonlySet<string>): readonly number[] | undefined {
  const seen = new Set<string>();
  let front: { readonly state: State; readonly way: readonly number[] }[] = [{ state: start, way: [] }];
  while (front.length > 0) {
    const further: typeof front = [];
    for (const { state, way } of front) {
      for (const index of COMMANDS.keys()) {
        if (!done.has(keyOf(state, index))) return [...way, index];
        const after = next(state, commandAt(index, state));
        const key = JSON.stringify(after);
        if (!seen.has(key)) further.push({ state: after, way: [...way, index] });
        seen.add(key);
      }
    }
    front = further;
  }
  return undefined;
}

function commandAt(index: number, state: State): Command {
  const command = COMMANDS[index];
  if (command === undefined) throw new Error(`no command ${index}`);
  return command(state);
}

function keyOf(state: State, index: number): string {
  return JSON.stringify([state.primary, state.asked, index]);
}

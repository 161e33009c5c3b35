import type { Command } from 'commander';

/** The commands that ask a running node. */
export function addClientCommands(_program: Command): void {
  return;
}

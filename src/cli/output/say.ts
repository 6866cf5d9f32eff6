/** What goes on, and what a person should know of the data: to stderr, so that pipes stay clean. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

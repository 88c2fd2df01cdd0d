/** Something only the operator can mend: a setting, a port, a server that is away. The message says how; a stack would not help. */
export class StartupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

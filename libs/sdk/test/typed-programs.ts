/** An agent in TypeScript, as somebody writes it who has installed the package. */
export const PROGRAM = `
    import { AgionSDK, type Decision, PolicyViolationError, withGovernance } from '@agion/sdk';
    import '@agion/sdk/testing';

    const sdk = new AgionSDK({ agentId: 'demo:typed', gatewayUrl: process.env.GATEWAY ?? '' });

    class Mailer {
      constructor(private readonly sender: string) {}

      @sdk.governed('mailer', 'send_mail')
      async send(mail: { to: string }): Promise<string> {
        return this.sender + mail.to;
      }
    }

    async function decisionOn(call: () => Promise<string | number>): Promise<Decision['decision']> {
      try {
        await call();
        return 'allow';
      } catch (error) {
        if (PolicyViolationError.is(error)) return error.decision.decision;
        throw error;
      }
    }

    export async function program(): Promise<void> {
      await sdk.initialize();
      const add = sdk.governed('adder', 'add')((a: number, b: number) => a + b);
      // @ts-expect-error -- arguments keep their types
      const never = () => add('1', 2);
      const decisions = [await decisionOn(() => new Mailer('ada').send({ to: 'bob' })), await decisionOn(() => add(1, 2))];
      await sdk.close();
      console.log(decisions.join(), typeof never, typeof withGovernance('demo:charts'));
    }
`;

/** Servers whose requests are governed: nothing but types is looked at. */
export const SERVERS = `
    import express from 'express';
    import { fastify, type FastifyRequest } from 'fastify';
    import { decisionOf, withGovernance } from '@agion/sdk';

    const charts = withGovernance('demo:charts', 'draw');
    const app = express();
    app.use(withGovernance('demo:charts'));
    app.get('/charts', charts, (request, response) => void response.json(decisionOf(request)));
    const server = fastify();
    server.addHook('onRequest', withGovernance('demo:charts'));
    server.get('/charts', { preHandler: charts }, async (request) => decisionOf(request));
    server.get('/drawn', { preHandler: withGovernance('demo:charts', 'draw') }, async () => 'drawn');
    server.addHook('onRequest', withGovernance('demo:charts', 'draw', { context: ({ ip }: FastifyRequest) => ({ ip }) }));
`;

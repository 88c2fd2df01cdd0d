// An agent that asks as fast as it is answered, over so many connections, until whoever forked it is gone:
// node flood.mjs <url> <token> <connections>
import http from 'node:http';

const [url, token, connections] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: Number(connections) });
let counts = { served: 0, refused: 0, odd: 0 };
let isOn = false;

const ask = () =>
  new Promise((resolve) => {
    http
      .get(url, { agent, headers: { authorization: `Bearer ${token}` } }, (answer) => {
        if (answer.statusCode === 200) counts.served += 1;
        else if (answer.statusCode === 429 && Number(answer.headers['retry-after']) > 0) counts.refused += 1;
        else counts.odd += 1;
        answer.resume().on('close', resolve);
      })
      .on('error', () => {
        counts.odd += 1;
        resolve();
      });
  });
const goOn = async () => {
  while (isOn) await ask();
};

process.on('message', ({ type, on }) => {
  if (type === 'flood' && on !== isOn) {
    isOn = on;
    for (let n = 0; on && n < Number(connections); n += 1) void goOn();
  }
  process.send({ type, counts });
  counts = { served: 0, refused: 0, odd: 0 };
});
process.on('disconnect', () => process.exit());

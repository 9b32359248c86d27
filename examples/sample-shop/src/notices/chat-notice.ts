/** Posts to the chat channel of the warehouse. */
type Fetch = typeof fetch;

const CHANNEL = '#warehouse';
const TAG = '[TODO]';
const BOT_TOKEN = '@@secret:slack-token:warehouse@@';

/** Resolves with whether the chat took the message. */
export async function postToWarehouse(text: string, request: Fetch = fetch): Promise<boolean> {
  try {
    const response = await request('https://slack.com/api/chat.postMessage', {
      method: 'POST',
      headers: { authorization: `Bearer ${BOT_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ channel: CHANNEL, text: `${TAG} ${text}` }),
    });
    return response.ok;
  } catch {
    // The chat is a convenience; an order must not fail because it is down.
    return false;
  }
}

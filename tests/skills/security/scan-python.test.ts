import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/shared/json.ts';
import { codeScan } from '../../../src/skills/security/code-scan.ts';
import { scanPython } from '../../../src/skills/security/scan-python.ts';
import { placesOf, reviewFolder } from '../../support/skill-context.ts';

const scan = async (text: string, path: string): Promise<string[]> =>
  placesOf(await reviewFolder(codeScan, { [path]: text }));

describe('Python', () => {
  it.each<[rule: string, text: string]>([
    ['eval-use', 'def run(text):\n    return eval(text)\n'],
    ['command-injection', 'def run(name):\n    subprocess.run(f"ls {name}", shell=True)\n'],
    ['command-injection', 'def run(name):\n    os.system("ls " + name)\n'],
    ['command-injection', 'def run(name):\n    subprocess.Popen("ls %s" % name,\n        shell=True)\n'],
    ['unsafe-deserialization', 'def load(text):\n    return yaml.load(text)\n'],
    ['weak-hash', 'def hash_password(password):\n    return hashlib.md5(password.encode()).hexdigest()\n'],
    ['tls-verification-off', 'def get(url):\n    return requests.get(url, verify=False)\n'],
    [
      'sql-injection',
      'def find(cursor, name):\n    cursor.execute(f"SELECT * FROM users WHERE name = \'{name}\'")\n',
    ],
    [
      'sql-injection',
      'def find(cursor, name):\n    cursor.execute("SELECT * FROM users WHERE name = \'%s\'" % name)\n',
    ],
    [
      'sql-injection',
      'def find(cursor, name):\n    cursor.execute("DELETE FROM users WHERE name = " + name)\n',
    ],
    ['path-traversal', 'def show():\n    return open(f"/notes/{request.args[\'name\']}").read()\n'],
    ['path-traversal', 'def show():\n    return send_file(os.path.join(ROOT, request.form["name"]))\n'],
    ['insecure-random', 'def make_token():\n    return "".join(random.choice(CHARS) for _ in range(20))\n'],
    ['unsafe-deserialization', 'def load():\n    return pickle.loads(request.get_data())\n'],
    ['unsafe-deserialization', 'def load():\n    return pickle.load(request.files["a"])\n'],
    ['unsafe-deserialization', 'def load():\n    return dill.loads(b64decode(request.cookies["a"]))\n'],
    ['debug-mode', 'app = Flask(__name__)\napp.run(host="0.0.0.0", debug=True)\n'],
    ['debug-mode', 'server = flask.Flask(__name__)\nserver.run(debug=True)\n'],
  ])('%s: reports %j', async (rule, text) => {
    expect(await scan(text, 'app/a.py')).toEqual([`${rule} app/a.py:2`]);
  });

  it('looks into a function on the line of its head', async () => {
    expect(await scan('def get(url): return requests.get(url, verify=False)\n', 'a.py')).toEqual([
      'tls-verification-off a.py:1',
    ]);
  });

  it('follows a statement made before', async () => {
    expect(
      await scan(
        'def f(c, n):\n    sql = "SELECT a FROM t WHERE n = \'{}\'".format(n)\n    c.execute(sql)\n',
        'a.py',
      ),
    ).toEqual(['sql-injection a.py:3']);
  });

  it('follows a path made before', async () => {
    const text = 'def f():\n    n = request.args.get("n")\n    p = f"/notes/{n}"\n    return open(p)\n';
    expect(await scan(text, 'a.py')).toEqual(['path-traversal a.py:4']);
  });

  it.each<[what: string, text: string]>([
    [
      'paths that are made safe, or of the program',
      'def f(name):\n    open(os.path.basename(request.args["a"]))\n    open(secure_filename(request.args["a"]))\n    open(name)\n    send_from_directory(ROOT, request.args["a"])\n',
    ],
    ['fixed text', 'eval("1 + 1")\nos.system("ls -l")\nsubprocess.run("ls | wc", shell=True)\n'],
    [
      'a list without a shell',
      'def f(a):\n    subprocess.run(["ls", a])\n    subprocess.run(["ls", a], shell=False)\n',
    ],
    ['literals alone', 'def f(a):\n    return ast.literal_eval(a)\n'],
    ['methods of that name', 'def f(df, model, a):\n    df.eval(a)\n    model.eval()\n    re.compile(a)\n'],
    [
      'definitions, comments and texts',
      'def eval(text):\n    # eval(text)\n    """eval(text)"""\n    return "exec(text)"\n',
    ],
    [
      'parameters beside the statement',
      'def f(c, n):\n    c.execute("SELECT a FROM t WHERE n = %s", (n,))\n    c.execute("SELECT a FROM t WHERE n = ?", [n])\n',
    ],
    [
      'a constant table',
      'TABLE = "users"\ndef f(c, n):\n    c.execute(f"SELECT a FROM {TABLE} WHERE n = ?", (n,))\n',
    ],
    [
      'a list of placeholders',
      'def f(c, ids):\n    marks = ",".join("?" * len(ids))\n    c.execute(f"SELECT a FROM t WHERE id IN ({marks})", ids)\n',
    ],
    [
      'numbers',
      'def f(c, n):\n    c.execute(f"SELECT a FROM t LIMIT {int(n)}")\n    os.system("kill %d" % int(n))\n',
    ],
    [
      'the safe loader',
      'def f(text):\n    yaml.load(text, Loader=yaml.SafeLoader)\n    yaml.safe_load(text)\n    yaml.load(text, SafeLoader)\n',
    ],
    ['a checksum', 'def checksum(data):\n    return hashlib.md5(data).hexdigest()\n'],
    [
      'a hash not meant for security',
      'def key(password):\n    return hashlib.md5(password, usedforsecurity=False).hexdigest()\n',
    ],
    [
      'checks that are on',
      'def f(url):\n    requests.get(url, verify=True)\n    requests.get(url, verify="ca.pem")\n',
    ],
    ['pickles of the program', 'def f(path):\n    pickle.load(open(CACHE, "rb"))\n    pickle.loads(path)\n'],
    ['JSON of a request', 'def f():\n    return json.loads(request.get_data())\n'],
    [
      'Flask without debugger',
      'app = Flask(__name__)\napp.run()\napp.run(debug=False)\napp.run(debug=DEBUG)\n',
    ],
    [
      'another run',
      'app = Pipeline()\napp.run(debug=True)\nrunner.run(debug=True)\nasyncio.run(main(), debug=True)\n',
    ],
    ['another verify', 'def f(token):\n    model.compare(token, verify=False)\n'],
    ['jitter and shuffles', 'def retry():\n    jitter = random.random()\n    return random.choice([1, 2])\n'],
    [
      'quoted parts',
      'def f(a):\n    os.system("ls " + shlex.quote(a))\n    os.system(f"ls {shlex.quote(a)}")\n',
    ],
  ])('leaves %s alone', async (_what, text) => {
    expect(await scan(text, 'app/a.py')).toEqual([]);
  });

  it('gives advice that fits the language', async () => {
    const text = 'def make_token():\n    return str(random.random())\nrequests.get(URL, verify=False)\n';
    const { findings } = await reviewFolder(codeScan, { 'a.py': text });
    const advice = findings.map(({ suggestion }) => suggestion).join('\n');
    expect(advice).toContain('secrets.token_urlsafe');
    expect(advice).toContain('verify="ca.pem"');
    expect(advice).not.toContain('crypto.random');
  });

  it('still sees a call in brackets within brackets', async () => {
    const text = `${'f('.repeat(40)}eval(x)${')'.repeat(40)}\n`;
    expect(await scan(text, 'a.py')).toEqual(['eval-use a.py:1']);
  });

  const CHAIN = [0, 1, 2, 3].map(
    (at) =>
      `a${at} = ${Array(100)
        .fill(`a${at + 1}`)
        .join(' + ')}\n`,
  );
  it.each<[what: string, text: string]>([
    ['calls in calls that never end', 'f('.repeat(60_000)],
    ['a call a line', 'eval(x)\n'.repeat(100_000)],
    [
      'many names and many functions',
      `${Array.from({ length: 20_000 }, (_, at) => `a${at} = 1\n`).join('')}${Array.from({ length: 20_000 }, (_, at) => `def f${at}(): pass\n`).join('')}`,
    ],
    ['names made of names', `a4 = "x"\n${CHAIN.reverse().join('')}eval(a0)\n`],
    ['a long list used again and again', `x = [${'1, '.repeat(100_000)}]\n${'open(x)\n'.repeat(10_000)}`],
  ])('ends soon with %s', (_what, text) => {
    const file = { path: 'a.py', text, lines: text.split('\n'), digest: digestOf(text) };
    const started = performance.now();
    scanPython(file);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

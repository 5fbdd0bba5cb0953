// What script does in a page after a touch, read from a trace of Chromium. Times are of the processor, so that whatever else the
// machine does counts little.

const categories = ['devtools.timeline', 'v8', 'blink.user_timing'];
/** The events in which script runs: handlers, timers, promises that go on, and modules as they arrive. */
const script = new Set(['v8.callFunction', 'FunctionCall', 'RunMicrotasks', 'EvaluateScript', 'v8.evaluateModule', 'v8.compile', 'v8.compileModule']);
/** What the browser itself does to show the outcome, also where a script made it do so at once. */
const drawing = new Set(['UpdateLayoutTree', 'Layout', 'PrePaint', 'Paint', 'Layerize', 'Commit']);
const touches = new Set(['pointerdown', 'mousedown', 'keydown', 'beforeinput', 'textInput']);

export class Trace {
  #session;
  #events = [];

  constructor(session) {
    this.#session = session;
    session.on('Tracing.dataCollected', ({ value }) => this.#events.push(...value));
  }

  start() {
    this.#events = [];
    return this.#session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: categories, excludedCategories: ['*'] } });
  }

  /**
   * Ends the trace. Gives the milliseconds of script and of drawing that began within `withinMs` of the first touch after a mark
   * of the page, and the milliseconds of script after that, up to another mark.
   */
  async between(from, to, withinMs) {
    const complete = new Promise((done) => this.#session.once('Tracing.tracingComplete', done));
    await this.#session.send('Tracing.end');
    await complete;
    const mark = (name) => this.#events.find((event) => event.cat.includes('user_timing') && event.name === name);
    const [start, end] = [mark(from), mark(to)];
    if (start === undefined || end === undefined) throw new Error(`the trace has no mark ${start === undefined ? from : to}`);
    const here = this.#events.filter(({ ph, pid, tid, ts }) => ph === 'X' && pid === start.pid && tid === start.tid && ts > start.ts && ts < end.ts);
    const touch = Math.min(...here.filter(({ name, args }) => name === 'EventDispatch' && touches.has(args.data?.type)).map(({ ts }) => ts));
    if (touch === Infinity) throw new Error('the trace has no touch');
    const cut = touch + withinMs * 1000;
    const took = { ...parted(here.filter(({ ts }) => ts >= touch && ts < cut)), after: parted(here.filter(({ ts }) => ts >= cut)).script };
    if (!(took.script > 0)) throw new Error(`no script ran after the touch: ${JSON.stringify(took)}`);
    return took;
  }
}

function parted(events) {
  const drawn = events.filter(({ name }) => drawing.has(name));
  const whole = covered([...drawn, ...events.filter(({ name }) => script.has(name))]);
  return { script: whole - covered(drawn), drawing: covered(drawn) };
}

/** How many milliseconds of the processor some events took together; what lies within another counts once. */
function covered(events) {
  let [sum, until] = [0, 0];
  // A few events of the browser's own carry no such time; what lies within them does.
  for (const { tts, tdur = 0 } of events.filter(({ tts }) => tts !== undefined).toSorted((a, b) => a.tts - b.tts)) {
    sum += Math.max(0, tts + tdur - Math.max(tts, until));
    until = Math.max(until, tts + tdur);
  }
  return sum / 1000;
}

// The page that shows an embedding: decode the columns, draw points and edges with WebGL 2, answer the hand and the
// keyboard. Plain JavaScript, no library, no request. Everything is drawn from buffers that are written when a colour,
// a size or a filter changes, or when the picture has come to rest, never while it is moved. Edges are lines, or where
// they have widths the quads of ribbons.js.

(async () => {
const $ = id => document.getElementById(id);
const facts = JSON.parse($("facts").textContent);
const { n, d } = facts;

// ---------------------------------------------------------------- columns

async function bytesOf(id) {
    const text = $(id).textContent, raw = atob(text), packed = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) packed[i] = raw.charCodeAt(i);
    $(id).textContent = "";
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function numbersOf({ id, count, width }) {  // byte planes: all lowest bytes first
    const bytes = await bytesOf(id), numbers = new Uint32Array(count);
    for (let plane = 0; plane < width; plane++)
        for (let i = 0; i < count; i++) numbers[i] |= bytes[plane * count + i] << (8 * plane);
    return numbers;
}

const unzigzag = u => (u >>> 1) ^ -(u & 1);

async function readPlaces() {
    const places = new Float32Array(3 * n);
    for (let k = 0; k < d; k++) {
        const steps = await numbersOf(facts.places[k]);
        for (let i = 0, q = 0; i < n; i++) {
            q += unzigzag(steps[i]);
            places[3 * i + k] = q;
        }
    }
    return places;
}

async function readEdges() {
    if (!facts.edges) return new Uint32Array(0);
    const sizes = await numbersOf(facts.edges.sizes), gaps = await numbersOf(facts.edges.gaps);
    const ends = new Uint32Array(2 * gaps.length);
    for (let u = 0, e = 0; u < n; u++)
        for (let q = 0, v = u; q < sizes[u]; q++, e++) {
            v += gaps[e];
            ends[2 * e] = u;
            ends[2 * e + 1] = v;
        }
    if (facts.edges.kinds) kinds = await numbersOf(facts.edges.kinds);
    if (facts.edges.time) times = new Float32Array((await numbersOf(facts.edges.time.data)).buffer);
    return ends;
}

async function readWidths() {  // of edges in pixels, and what they stand for: a code for each edge, at each time
    if (!facts.edges || !facts.edges.width) return null;
    const width = facts.edges.width;
    if (width.all) return { of: () => width.all, mean: width.all };
    const codes = [];
    for (const column of width.data) codes.push(await numbersOf(column));
    const at = t => codes[Math.min(t, codes.length - 1)];
    let mean = 0;
    for (const c of codes[0]) mean += width.pixels[c] / codes[0].length;
    return { of: (e, t) => width.pixels[at(t)[e]], told: (e, t) => width.levels[at(t)[e]], name: width.name, mean, at,
        levels: width.levels };
}

async function readSequence() {  // places at each time, which nodes and edges are there: a bit for each time
    if (!facts.sequence) return null;
    const { titles, moves, nodes, edges } = facts.sequence, frames = [quantized], read = [[], []];
    for (const steps of moves) {
        const places = frames.at(-1).slice();
        for (let k = 0; k < d; k++) {
            const step = await numbersOf(steps[k]);
            for (let i = 0; i < n; i++) places[3 * i + k] += unzigzag(step[i]);
        }
        frames.push(places);
    }
    for (const [q, words] of [nodes, edges].entries()) for (const word of words) read[q].push(await numbersOf(word));
    return { titles, frames, nodes: read[0], edges: read[1] };
}
const bit = (words, i, t) => words[t >> 5][i] >>> (t & 31) & 1;
let kinds = null;  // of the arcs of a directed graph: 1 from the first end to the second, 2 back, 3 both
let times = null;  // of the edges that have some; NaN: always there

async function readColumn(column) {
    const numbers = await numbersOf(column.data);
    if (column.kind === "values") return new Float32Array(numbers.buffer);
    return Int32Array.from(numbers, c => c - 1);  // -1: missing
}

const quantized = await readPlaces();
const ends = await readEdges();
const m = ends.length / 2;
const widths = await readWidths();  // null: all edges are thin lines
const columns = [];
for (const column of facts.columns) columns.push({ ...column, of: await readColumn(column) });
const sequence = await readSequence(), last = sequence ? sequence.titles.length - 1 : 0;
const areas = facts.size ? new Float32Array((await numbersOf(facts.size.data)).buffer) : null;
const names = facts.names ? JSON.parse(new TextDecoder().decode(await bytesOf("names"))) : null;
const rows = facts.rows ? await numbersOf(facts.rows) : null;
const nameOf = i => names ? names[i] : String(rows[i]);
const coordinate = (i, k) => facts.low[k] + facts.unit * (sequence ? sequence.frames[state.at] : quantized)[3 * i + k];

// places from -1 to 1 around the middle of the picture
const span = Math.max(...facts.extent, 1);
function inPicture(places) {
    const found = new Float32Array(3 * n);
    for (let i = 0; i < n; i++)
        for (let k = 0; k < d; k++) found[3 * i + k] = (2 * places[3 * i + k] - facts.extent[k]) / span;
    return found;
}
const xyz = inPicture(quantized);  // at the time that is shown

// neighbours, row after row
const degree = new Uint32Array(n);
for (let e = 0; e < 2 * m; e++) degree[ends[e]]++;
const start = new Uint32Array(n + 1);
for (let i = 0; i < n; i++) start[i + 1] = start[i] + degree[i];
const links = new Uint32Array(2 * m);  // neighbours
const isNumbered = times || sequence || widths || kinds;
const through = new Uint32Array(isNumbered ? 2 * m : 0);  // by which edge
{
    const at = start.slice(0, n);
    for (let e = 0; e < m; e++) {
        const a = ends[2 * e], b = ends[2 * e + 1];
        if (isNumbered) through[at[a]] = through[at[b]] = e;
        links[at[a]++] = b;
        links[at[b]++] = a;
    }
}

function neighbours(i) {  // at the time that is shown
    const all = links.subarray(start[i], start[i + 1]);
    return isWhole(state.time) && !sequence ? all : all.filter((_, q) => isOn(through[start[i] + q]));
}

function edgeBetween(a, b) {  // -1: none at the time that is shown
    const [i, j] = degree[a] < degree[b] ? [a, b] : [b, a];
    for (let q = start[i]; q < start[i + 1]; q++) if (links[q] === j && isOn(through[q])) return through[q];
    return -1;
}

const arcsFrom = (i, e) => ends[2 * e] === i ? kinds[e] : kinds[e] >> 1 | (kinds[e] & 1) << 1;  // 1: out, 2: in, 3: both

function shuffled(count) {  // the numbers below `count` in a random order, the same each time
    const mixed = Uint32Array.from({ length: count }, (_, i) => i);
    let state = 1;
    for (let e = count - 1; e > 0; e--) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        const f = Math.floor(state / 4294967296 * (e + 1)), kept = mixed[e];
        mixed[e] = mixed[f];
        mixed[f] = kept;
    }
    return mixed;
}
const anyOrder = shuffled(n);  // of points: no class covers another
const anyEdges = shuffled(m);  // some of them are a sample of all
let drawnOrder = anyEdges;  // by width the last are on top, and stay where not all can be drawn; otherwise the first stay

function widestLast() {  // a counting sort; of the same width in any order
    if (!widths || !widths.at) return anyEdges;
    const codes = widths.at(state.at), at = new Uint32Array(widths.levels.length + 1), order = new Uint32Array(m);
    for (const c of codes) at[c + 1]++;
    for (let c = 1; c < at.length; c++) at[c] += at[c - 1];
    for (const e of anyEdges) order[at[codes[e]]++] = e;
    return order;
}

function firstToKeep(isKept, most) {  // up to so many edges, in the order in which they are drawn
    const kept = [];
    for (let k = 0; k < m && kept.length < most; k++) {
        const e = drawnOrder[widths ? m - 1 - k : k];
        if (isKept(e)) kept.push(e);
    }
    return widths ? kept.reverse() : kept;
}

const widthOf = e => widths && e >= 0 ? widths.of(e, state.at) * growth() : 1;  // in pixels, as it is drawn
const paleness = e => Math.sqrt(Math.min(widthOf(e), 1));  // of what is narrower than a pixel, and drawn as wide as that

// ---------------------------------------------------------------- what is shown

const everything = () => ({ from: -Infinity, to: Infinity });
const NORMAL = 0, FADED = 1, HIDDEN = 2, CHOSEN = 3;
const COLUMN = columns.length ? 0 : -1;
const SIZED = areas !== null || m > 0 && n <= 200000;
const state = {
    column: COLUMN, sized: SIZED, dark: false, off: new Set(),
    values: everything(), time: everything(), at: last, chosen: [], path: [], hops: 1, hover: -1,
    tool: "move", edges: true, names: true, long: false,
};
const isWhole = range => range.from === -Infinity && range.to === Infinity;
const isOn = e => sequence ? bit(sequence.edges, e, state.at)
    : !times || !(times[e] < state.time.from || times[e] > state.time.to);
const isThere = i => !sequence || bit(sequence.nodes, i, state.at) || wasThere(i);
const wasThere = i => passage !== null && bit(sequence.nodes, i, passage.from);
const onTheWay = (was, is) => Math.max(was * is, was * (1 - passage.gone), is * passage.come);  // as the shader has it
const opacityOf = i => passage ? onTheWay(wasThere(i), bit(sequence.nodes, i, state.at)) : 1;
const opacityOfEdge = e => passage ? onTheWay(bit(sequence.edges, e, passage.from), isOn(e)) : isOn(e) ? 1 : 0;
let passage = null;  // from one time to the next: {from, goal, way, gone, come}, none at rest
const shown = new Uint8Array(n);  // NORMAL, FADED, HIDDEN, CHOSEN
const view = { x: 0, y: 0, zoom: 1, turn: [1, 0, 0, 0, 1, 0, 0, 0, 1] };

const canvas = $("picture"), over = $("over"), pen = over.getContext("2d"), gl = canvas.getContext("webgl2", {
    antialias: true, alpha: false, preserveDrawingBuffer: true });

const ground = () => state.dark ? [17, 20, 24] : [255, 255, 255];
const ink = () => state.dark ? "#e8e8e8" : "#1a1a1a";
const missing = () => state.dark ? [96, 98, 100] : [178, 178, 178];

const colourOfClass = (column, c) => c < 0 ? missing() : (state.dark ? column.dark : column.light)[c];

function colourOf(i) {
    const column = columns[state.column];
    if (!column) return facts.plain;
    if (column.kind === "classes") return colourOfClass(column, column.of[i]);
    const v = column.of[i];
    if (!(v === v)) return missing();
    const t = column.max > column.min ? (v - column.min) / (column.max - column.min) : 0;
    const at = Math.min(t * (column.ramp.length - 1), column.ramp.length - 1.0001), q = Math.floor(at);
    return column.ramp[q].map((c, k) => c + (at - q) * (column.ramp[q + 1][k] - c));
}

function isFiltered(i) {
    const column = columns[state.column];
    if (!column) return false;
    if (column.kind === "classes") return state.off.has(column.of[i]);
    const v = column.of[i], { from, to } = state.values;
    return v === v ? v < from || v > to : !isWhole(state.values);
}

// ---------------------------------------------------------------- WebGL

const POINTS = [`#version 300 es
in vec3 place, goal; in vec4 colour; in float size; in float shown; in vec2 there;
uniform mat3 turn; uniform vec2 middle, scale; uniform float pixel; uniform vec4 back;
uniform float faded, turnOf, way, gone, come;
out vec4 paint; out float radius;
void main() {
    vec3 p = turn * mix(place, goal, way);
    gl_Position = vec4((p.xy - middle) * scale, -p.z * .4, 1);
    radius = pixel * size * (1.0 + .25 * p.z) * (shown == 3. ? 1.5 : 1.);
    gl_PointSize = shown == 2. ? 0. : 2. * radius + 2.;
    if (shown == 2. || (turnOf > 0. && (shown == 1.) != (turnOf == 1.))) gl_Position = vec4(2, 2, 2, 1);
    paint = shown == 1. ? mix(back, colour, faded) : colour;
    paint.a = max(there.x * there.y, max(there.x * (1. - gone), there.y * come));
}`, `#version 300 es
precision mediump float;
in vec4 paint; in float radius; uniform float alpha; out vec4 pixel;
void main() {
    float r = length(gl_PointCoord - .5) * (2. * radius + 2.);
    float inside = clamp(radius + .5 - r, 0., 1.);
    if (inside <= 0.) discard;
    pixel = vec4(paint.rgb, inside * alpha * paint.a);
}`];

const LINES = [`#version 300 es
in vec3 place, goal; in vec4 colour; in float shown;
uniform mat3 turn; uniform vec2 middle, scale; uniform float only, way;
out vec4 paint; out float seen;
void main() {
    vec3 p = turn * mix(place, goal, way);
    gl_Position = vec4((p.xy - middle) * scale, -p.z * .4 + .001, 1);
    seen = only > 0. ? 1. : shown == 2. ? 0. : shown == 1. ? .06 : 1.;
    paint = colour;
}`, `#version 300 es
precision mediump float;
in vec4 paint; in float seen; uniform float alpha; uniform vec4 tint; out vec4 pixel;
void main() {
    if (seen <= 0.) discard;
    pixel = vec4(mix(paint.rgb, tint.rgb, tint.a), alpha * seen);
}`];

function program([vertex, fragment], inputs = ["place", "colour", "size", "shown", "goal", "there"]) {
    const made = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
        const shader = gl.createShader(kind);
        gl.shaderSource(shader, source);
        gl.compileShader(shader);
        gl.attachShader(made, shader);
    }
    inputs.forEach((name, k) => gl.bindAttribLocation(made, k, name));
    gl.linkProgram(made);
    if (!gl.getProgramParameter(made, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(made) || "WebGL");
    const at = {};
    for (const name of ["turn", "middle", "scale", "pixel", "back", "faded", "alpha", "only", "tint", "turnOf", "way",
        "gone", "come", "half_screen", "growth", "places", "goals", "inks"])
        at[name] = gl.getUniformLocation(made, name);
    return { made, at };
}

let points, lines, ribbons, buffers;
const all = () => new Uint8Array(2 * n).fill(1);  // at rest all are there; who is not is hidden

function setUp() {
    points = program(POINTS);
    lines = program(LINES);
    ribbons = widths ? new Ribbons(gl, n, program(RIBBON, ["ends", "widths"]), ["edges", "some", "near"]) : null;
    if (widths) for (const name of ["places", "goals"]) ribbons.ofNodes(name, xyz);
    buffers = { array: gl.createVertexArray() };
    for (const name of ["edges", "some", "near", "order", "place", "colour", "size", "shown", "goal", "there"])
        buffers[name] = gl.createBuffer();
    gl.bindVertexArray(buffers.array);
    [["place", xyz, 3, gl.FLOAT], ["colour", new Uint8Array(4 * n), 4, gl.UNSIGNED_BYTE],
        ["size", new Float32Array(n), 1, gl.FLOAT], ["shown", shown, 1, gl.UNSIGNED_BYTE],
        ...(sequence ? [["goal", xyz, 3, gl.FLOAT], ["there", all(), 2, gl.UNSIGNED_BYTE]] : [])]
        .forEach(([name, data, width, kind], k) => {
            gl.bindBuffer(gl.ARRAY_BUFFER, buffers[name]);
            gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
            gl.enableVertexAttribArray(k);
            gl.vertexAttribPointer(k, width, kind, name === "colour", 0, 0);
        });
    if (!sequence) gl.vertexAttrib2f(5, 1, 1);  // all are there
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, buffers.order);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, anyOrder, gl.STATIC_DRAW);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
}

function write(name, data) {
    if (ribbons && (name === "place" || name === "goal")) ribbons.ofNodes(`${name}s`, data);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffers[name]);
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, data);
}

function upload(name, ends, edges) {  // edges to draw: their ends, and which of all they are
    if (ribbons) {
        const widthsAt = (t, other) => {  // of those that are not there: as wide as they are at the other time
            const found = new Float32Array(edges.length);
            edges.forEach((e, k) => {
                if (e >= 0) found[k] = widths.of(e, sequence && !bit(sequence.edges, e, t) ? other : t);
            });
            return found;
        };
        const now = widthsAt(state.at, passage ? passage.from : state.at);
        ribbons.upload(name, ends, passage ? widthsAt(passage.from, state.at) : now, now);
        return;
    }
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, buffers[name]);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, ends, gl.DYNAMIC_DRAW);
}

function drawLines(name, first, count, uniforms, use) {  // edges of one of the buffers
    use(ribbons ? ribbons.shader : lines, uniforms);
    if (ribbons) { ribbons.draw(name, first, count); gl.bindVertexArray(buffers.array); }
    else {
        gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, buffers[name]);
        gl.drawElements(gl.LINES, 2 * count, gl.UNSIGNED_INT, 8 * first);
    }
    calls++;
}

let onEdges = 0, parts = [];  // how many edges there are, and how many of each kind

function putEdges() {  // those of the time that is shown, as they are drawn; on the way: that stay, that go, that come
    if (sequence || drawnOrder === anyEdges) drawnOrder = widestLast();
    const on = new Uint32Array(2 * m), which = new Uint32Array(m), was = e => bit(sequence.edges, e, passage.from);
    const groups = passage ? [e => was(e) && isOn(e), e => was(e) && !isOn(e), e => !was(e) && isOn(e)] : [isOn];
    onEdges = 0;
    parts = groups.map(isOf => {
        const before = onEdges;
        for (const e of drawnOrder) if (isOf(e)) {
            which[onEdges] = e;
            on[2 * onEdges] = ends[2 * e];
            on[2 * onEdges++ + 1] = ends[2 * e + 1];
        }
        return onEdges - before;
    });
    upload("edges", on, which.subarray(0, onEdges));
}

let meanArea = 0;
if (areas) for (const area of areas) meanArea += (area || 0) / n;

function radiusOf(i) {  // beside that of others: areas as they were given, of degrees a little
    if (areas) return Math.min(Math.max(Math.sqrt((areas[i] || 0) / (meanArea || 1)), .4), 6);
    return Math.min(Math.max((degree[i] / Math.max(2 * m / n, 1)) ** .4, .7), 2.5);
}

function largestFirst() {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    return order.sort((a, b) => (areas[b] || 0) - (areas[a] || 0));
}

function paint() {  // colours and sizes
    const colours = new Uint8Array(4 * n), sizes = new Float32Array(n);
    for (let i = 0; i < n; i++) {
        const colour = colourOf(i);
        for (let k = 0; k < 3; k++) colours[4 * i + k] = colour[k];
        colours[4 * i + 3] = 255;
        sizes[i] = state.sized ? radiusOf(i) : 1;
    }
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, buffers.order);
    gl.bufferSubData(gl.ELEMENT_ARRAY_BUFFER, 0, state.sized ? bySize : anyOrder);  // no hub over a small one
    write("colour", colours);
    write("size", sizes);
    nodeSizes = sizes;
    nodeColours = colours;
    mark();
}
let nodeSizes = new Float32Array(n), nodeColours = new Uint8Array(4 * n);

let some = [], someEdges = [], lit = new Set(), someFaded = false;  // edges of what is chosen, who is, whether others fade

function unlinked() {  // 1 for nodes none of whose edges is of the span of time that is shown
    const none = new Uint8Array(n);
    if (isWhole(state.time) || sequence) return none;
    for (let i = 0; i < n; i++) none[i] = start[i] < start[i + 1];
    for (let e = 0; e < m; e++) if (isOn(e)) none[ends[2 * e]] = none[ends[2 * e + 1]] = 0;
    return none;
}

function mark() {  // who is hidden, faded, chosen
    lit = new Set(state.chosen);
    some = [];
    if (state.path.length > 1) {
        for (let q = 0; q < state.path.length; q++) {
            lit.add(state.path[q]);
            if (q) some.push(state.path[q - 1], state.path[q]);
        }
    } else if (state.chosen.length === 1 && !state.lasso) {
        let front = state.chosen;
        for (let hop = 0; hop < state.hops; hop++) {
            const next = [];
            for (const i of front) for (const j of neighbours(i)) {
                some.push(i, j);
                if (!lit.has(j)) { lit.add(j); next.push(j); }
            }
            front = next;
        }
    }
    const any = lit.size > 0, chosen = new Set(state.chosen), faded = unlinked();
    someFaded = false;
    for (let i = 0; i < n; i++) {
        const fades = any ? !lit.has(i) : faded[i];
        shown[i] = isFiltered(i) || !isThere(i) ? HIDDEN : fades ? FADED : chosen.has(i) ? CHOSEN : NORMAL;
        someFaded ||= shown[i] === FADED;
    }
    if (gl) {
        write("shown", shown);
        if (ribbons) {
            const inks = nodeColours.slice();
            for (let i = 0; i < n; i++) inks[4 * i + 3] = shown[i];
            ribbons.ofNodes("inks", inks);
        }
        someEdges = widths ? some.flatMap((a, q) => q % 2 ? [] : [edgeBetween(a, some[q + 1])]) : [];
        upload("some", Uint32Array.from(some), someEdges);
    }
    atRest();
    draw();
    tell();
    rememberSoon();
}

// ---------------------------------------------------------------- the frame

let width = 1, height = 1, ratio = 1, calls = 0, drawn = 0;  // calls and edges of the last frame

const sides = d === 3 ? [1, 1] : [0, 1].map(k => Math.max((facts.extent[k] || 0) / span, .02));
let room = { left: 0, top: 0, bottom: 0, side: 1 };

function measure() {  // where the picture has room: below the bar, right of the legend; on a narrow screen above it
    const legend = $("side").getBoundingClientRect(), bar = $("bar").getBoundingClientRect(), narrow = width <= 640;
    const left = legend.width && !narrow ? legend.right : 0, top = bar.bottom;
    const hasLegend = columns[state.column] || times || sequence;
    let bottom = height;
    if (narrow && hasLegend) bottom = legend.height ? legend.top : room.bottom || .62 * height;  // hidden: as it was
    const side = Math.min((width - left) / sides[0], (bottom - top) / sides[1]) * .92;
    room = { left, top, bottom, side: Math.max(side, 50) };
}

function scaleNow() {
    const side = room.side * view.zoom;
    return [side / width, side / height];
}

function home() {  // the middle of the picture in the middle of its room
    return { x: -room.left / room.side, y: (room.top + room.bottom - height) / room.side };
}

function baseRadius() {  // points cover a seventh of the picture, less where they are few
    const area = width * height / n, r = Math.sqrt(Math.min(.15 * area, 16 * Math.sqrt(area)) / Math.PI);
    return Math.min(Math.max(r, .7), 7) * growth();
}

const growth = () => Math.min(Math.max(Math.sqrt(view.zoom), .7), 4);  // of marks, and of edges that have widths
const edgeAlpha = inView => Math.min(.55, Math.max(2 / 255, .02, 30 / Math.sqrt(inView + 2) / meanWidth));
const meanWidth = Math.max(widths ? widths.mean : 1, 1);  // wider ones are paler where they crowd
const grey = () => state.column < 0 ? .7 : .25;  // in the colour of edges

function pointAlpha() {
    const far = Math.min(Math.max(1 - .2 * Math.log10(n / 2000), .4), 1);
    return Math.min(far * Math.max(Math.sqrt(view.zoom), 1), 1);
}

function render(w, h, pixels, moving) {
    const back = ground(), [sx, sy] = scaleNow(), budget = moving ? affordable.moving : affordable.still;
    gl.viewport(0, 0, w, h);
    gl.clearColor(back[0] / 255, back[1] / 255, back[2] / 255, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.bindVertexArray(buffers.array);
    calls = 0;
    const use = (shader, uniforms) => {
        gl.useProgram(shader.made);
        gl.uniformMatrix3fv(shader.at.turn, false, view.turn);
        gl.uniform2f(shader.at.middle, view.x, view.y);
        gl.uniform2f(shader.at.scale, sx, sy);
        gl.uniform2f(shader.at.half_screen, width / 2, height / 2);
        for (const stage of ["way", "gone", "come"]) gl.uniform1f(shader.at[stage], passage ? passage[stage] : 0);
        for (const [name, value] of Object.entries(uniforms))
            Array.isArray(value) ? gl.uniform4fv(shader.at[name], value) : gl.uniform1f(shader.at[name], value);
    };
    if (onEdges && state.edges && d > 1) {
        const near = nearEdges && !moving;
        drawn = near ? nearEdges : Math.min(onEdges, budget);
        const alpha = edgeAlpha(near ? drawn : drawn / Math.max(view.zoom * view.zoom, 1));
        const given = { alpha, only: 0, tint: [.5, .5, .5, grey()], pixel: pixels, growth: growth() };
        if (passage) drawParts(given, drawn / onEdges, use);
        else drawLines(near ? "near" : "edges", near || !widths ? 0 : onEdges - drawn, drawn, given, use);
    }
    if (some.length && d > 1) {
        const dark = state.dark ? 1 : 0;
        const given = { alpha: .75, only: 1, tint: [dark, dark, dark, .35], pixel: pixels, growth: growth() };
        drawLines("some", 0, some.length / 2, given, use);
    }
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, buffers.order);
    for (const turnOf of someFaded ? [1, 2] : [0]) {  // the faded ones first
        use(points, { pixel: baseRadius() * pixels, alpha: pointAlpha(),
            back: [...back.map(c => c / 255), 1], faded: .14, turnOf });
        gl.drawElements(gl.POINTS, n, gl.UNSIGNED_INT, 0);
        calls++;
    }
}

function drawParts(given, share, use) {  // the edges that stay, those that go, those that come, or a share of them
    let first = 0;
    [1, 1 - passage.gone, passage.come].forEach((seen, k) => {
        const count = Math.floor(share * parts[k]);
        drawLines("edges", widths ? first + parts[k] - count : first, count, { ...given, alpha: given.alpha * seen }, use);
        first += parts[k];
    });
}

// how many edges a frame can take: as many as are drawn in .6 s where the picture is still, in 30 ms while it moves
const LEAST = widths ? 20000 : 100000;  // in software, so many quads take as long as so many lines: 1 s on two cores
const MOST = { moving: 300000, still: 3000000 }, affordable = { moving: LEAST, still: LEAST };

function measureSpeed() {
    const begin = performance.now(), pixel = new Uint8Array(4);
    render(canvas.width, canvas.height, ratio, false);
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);  // waits for the picture
    const speed = drawn / Math.max(performance.now() - begin, .1);
    affordable.moving = Math.min(MOST.moving, Math.max(5000, 30 * speed));
    affordable.still = Math.min(MOST.still, Math.max(LEAST, 600 * speed));
}

let waiting = 0, still = 0;

function draw(moving = false) {
    if (!gl) return;
    if (moving) {
        nearEdges = 0;
        clearTimeout(still);
        still = setTimeout(() => { atRest(); draw(); remember(); }, 140);
    }
    if (waiting) return;
    waiting = requestAnimationFrame(() => {
        waiting = 0;
        render(canvas.width, canvas.height, ratio, moving);
        drawOver();
    });
}

const placeOf = i => xyz.subarray(3 * i, 3 * i + 3);
const onWay = q => passage ? xyz[q] + passage.way * (passage.goal[q] - xyz[q]) : xyz[q];
const onScreen = i => toScreen(onWay(3 * i), onWay(3 * i + 1), onWay(3 * i + 2));

function toScreen(x, y, z) {
    const t = view.turn, [sx, sy] = scaleNow();
    const px = t[0] * x + t[3] * y + t[6] * z - view.x, py = t[1] * x + t[4] * y + t[7] * z - view.y;
    return [width * (1 + px * sx) / 2, height * (1 - py * sy) / 2];
}

function resize() {
    const box = $("stage").getBoundingClientRect();
    width = Math.max(box.width, 1);
    height = Math.max(box.height, 1);
    ratio = window.devicePixelRatio || 1;
    for (const one of [canvas, over]) {
        one.width = Math.round(width * ratio);
        one.height = Math.round(height * ratio);
    }
    settle();
    atRest();
    draw();
}

const isHome = () => view.zoom === 1 && view.x === home().x && view.y === home().y;

function settle() {  // the room has changed: who looked at the whole picture still does
    const wasHome = isHome();
    measure();
    if (wasHome || isNew) Object.assign(view, home());
    isNew = false;
}
let isNew = true;  // no address told where to look

// ---------------------------------------------------------------- names

function hubsFirst() {  // a counting sort: a million nodes in milliseconds
    let most = 0;
    for (const k of degree) most = Math.max(most, k);
    const at = new Uint32Array(most + 2), order = new Uint32Array(n);
    for (const k of degree) at[most - k + 1]++;
    for (let k = 0; k <= most; k++) at[k + 1] += at[k];
    for (let i = 0; i < n; i++) order[at[most - degree[i]]++] = i;
    return order;
}
const byDegree = hubsFirst(), bySize = areas ? largestFirst() : byDegree;
let writtenNames = [];
const font = size => `${size}px system-ui, sans-serif`;
const short = text => text.length > 40 ? [...text.slice(0, 80)].slice(0, 39).join("") + "…" : text;

function classMiddles(column) {  // the median of each class, of a part of many nodes
    const members = column.names.map(() => [[], [], []]), stride = Math.ceil(n / 30000);
    for (let i = 0; i < n; i += stride) {
        const c = column.of[i];
        if (c < 0 || shown[i] === HIDDEN || passage && !wasThere(i)) continue;
        members[c].forEach((list, k) => list.push(xyz[3 * i + k]));
    }
    const middle = list => list.sort((a, b) => a - b)[list.length >> 1];
    const found = members.map((lists, c) => ({ c, size: lists[0].length, place: lists.map(middle) }));
    return found.filter(one => one.size > 1);
}

function atRest() {  // what takes a look at all nodes or edges, when the picture stands still
    const beyond = onEdges && state.edges && (kinds || onEdges > affordable.still) ? sidesOf() : null;
    findNear(beyond);
    findHeads(beyond);
    for (const [line, pixels] of exampleLines) line.style.height = `${Math.max(pixels * growth(), 1)}px`;
    writeNames();
}

function sidesOf() {  // beyond which sides of the screen each node lies: bits of left, right, above, below
    const [ax, ay] = toScreen(0, 0, 0), beyond = new Uint8Array(n);
    const axes = [[1, 0, 0], [0, 1, 0], [0, 0, 1]].map(axis => toScreen(...axis));
    const [x, y, z] = axes.map(([px, py]) => [px - ax, py - ay]);
    for (let i = 0; i < n; i++) {
        const [u, v, w] = [xyz[3 * i], xyz[3 * i + 1], xyz[3 * i + 2]];
        const px = ax + u * x[0] + v * y[0] + w * z[0], py = ay + u * x[1] + v * y[1] + w * z[1];
        beyond[i] = (px < 0) | (px > width) << 1 | (py < 0) << 2 | (py > height) << 3;
    }
    return beyond;
}

let nearEdges = 0;

function findNear(beyond) {  // the edges in view, if a still picture can have all of them but not all there are
    nearEdges = 0;
    if (!beyond || onEdges <= affordable.still) return;
    const near = [], which = [];
    for (let k = 0; k < m; k++) {
        const e = widths ? drawnOrder[k] : k, a = ends[2 * e], b = ends[2 * e + 1];
        if (beyond[a] & beyond[b] || !isOn(e)) continue;
        near.push(a, b);
        which.push(e);
        if (which.length > affordable.still) return;
    }
    nearEdges = which.length;
    upload("near", Uint32Array.from(near), which);
}

function writeNames() {  // the largest classes, then who was asked for, then hubs: first come, first served
    writtenNames = [];
    if (!state.names || !width) return;
    const taken = ["side", "bar", "details"].map($).filter(box => box.offsetWidth).map(box => {
        const { left, top, right, bottom } = box.getBoundingClientRect();
        return [left, top, right, bottom];
    });
    const isFree = box => taken.every(o => box[2] < o[0] || box[0] > o[2] || box[3] < o[1] || box[1] > o[3]);
    const put = (text, i, place, size, bold, always) => {  // of a node i, or of a class: -1
        pen.font = (bold ? "600 " : "") + font(size);
        const w = pen.measureText(text).width, gap = i < 0 ? 0 : nodeSizes[i] * baseRadius() + 4;
        const [x, y] = toScreen(...place);
        const spots = i < 0 ? [[x - w / 2, y - size / 2]]
            : [[x + gap, y - size / 2], [x - gap - w, y - size / 2], [x - w / 2, y - gap - size], [x - w / 2, y + gap]];
        const boxes = spots.map(([left, top]) => [left - 2, top - 1, left + w + 2, top + size + 1]);
        const inside = box => box[0] >= 0 && box[2] <= width && box[1] >= 0 && box[3] <= height;
        let at = boxes.findIndex(box => inside(box) && isFree(box));
        if (at < 0 && always) at = 0;
        if (at < 0) return false;
        taken.push(boxes[at]);
        writtenNames.push({ text, i, place, dx: spots[at][0] - x, dy: spots[at][1] - y, size, bold });
        return true;
    };
    const path = state.path, first = path.length ? [path[0], path.at(-1)] : state.chosen.slice(0, 1);
    const asked = new Set([...first, ...path, ...state.chosen.slice(0, 30)]);
    for (const i of asked) put(short(nameOf(i)), i, placeOf(i), 13, true, first.includes(i));
    const column = columns[state.column];
    if (column && column.kind === "classes" && view.zoom < 6 && !lit.size && d !== 1)
        for (const one of classMiddles(column).sort((a, b) => b.size - a.size).slice(0, 40))
            put(short(column.names[one.c]), -1, one.place, 15, true, false);
    if (!names && !facts.rows) return;
    const most = Math.min(140, Math.round(width * height / 9000));
    let tried = 0, done = 0;
    for (const i of byDegree) {
        if (done >= most || tried > 40000) break;
        if (shown[i] === HIDDEN || shown[i] === FADED || !facts.named || asked.has(i)) continue;
        tried++;
        const [x, y] = onScreen(i);
        if (x < 0 || y < 0 || x > width || y > height) continue;
        const near = nodeSizes[i] * baseRadius() > 2.2 || lit.size || n < 400;
        if (near && put(short(nameOf(i)), i, placeOf(i), 12, false, false)) done++;
    }
}

const MOST_HEADS = 400;
let heads = [];

function findHeads(beyond) {  // arrow heads of the arcs in view, if these are few
    heads = [];
    if (!beyond || !kinds || d === 1) return;
    const isThere = i => shown[i] !== HIDDEN && shown[i] !== FADED;
    for (let e = 0; e < m; e++) {
        const a = ends[2 * e], b = ends[2 * e + 1];
        if (!isOn(e) || !isThere(a) || !isThere(b)) continue;
        if (kinds[e] & 1 && !beyond[b]) heads.push([a, b, e]);
        if (kinds[e] & 2 && !beyond[a]) heads.push([b, a, e]);
        if (heads.length > MOST_HEADS) { heads = []; return; }
    }
}

function drawOver() {
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    writeOn(pen);
    if (state.hover >= 0) {
        const [x, y] = onScreen(state.hover);
        pen.beginPath();
        pen.arc(x, y, nodeSizes[state.hover] * baseRadius() + 3, 0, 7);
        pen.lineWidth = 2;
        pen.strokeStyle = ink();
        pen.stroke();
    }
    if (lasso.length > 1) {
        pen.beginPath();
        lasso.forEach(([x, y], q) => q ? pen.lineTo(x, y) : pen.moveTo(x, y));
        pen.closePath();
        pen.lineWidth = 1.5;
        pen.strokeStyle = ink();
        pen.stroke();
    }
}

const headColour = () => state.dark ? "#9aa0a6" : "#6b7075";
const halo = () => state.dark ? "rgba(17,20,24,.85)" : "rgba(255,255,255,.85)";

function headOf([a, b, e]) {  // the corners of the arrow head of an arc, none where it is too short
    const long = 8 + (widths ? 1.5 * widthOf(e) : 0), broad = .44 * long;
    const [ax, ay] = onScreen(a), [bx, by] = onScreen(b), length = Math.hypot(bx - ax, by - ay);
    const back = nodeSizes[b] * baseRadius() + 1, [ux, uy] = [(bx - ax) / length, (by - ay) / length];
    if (!(length >= back + long + 2)) return [];
    const [x, y] = [bx - ux * back, by - uy * back];
    const [left, top] = [x - long * ux, y - long * uy];
    return [[x, y], [left + broad * uy, top - broad * ux], [left - broad * uy, top + broad * ux]];
}

const MOST_ARCS = 3000;

function arcOf(a, b) {  // of an edge on a line: its left and right end, and its height
    const [ax, y] = onScreen(a), [bx] = onScreen(b), [left, right] = [Math.min(ax, bx), Math.max(ax, bx)];
    return { left, right, y, high: Math.min((right - left) / 2, .42 * height) };
}

function arcsOn(on) {  // on a line edges are arcs, which would lie on each other otherwise
    const draw = (a, b, e, colour, alpha) => {
        const { left, right, y, high } = arcOf(a, b);
        on.lineWidth = Math.max(widthOf(e), 1);
        on.beginPath();
        on.ellipse((left + right) / 2, y, (right - left) / 2, high, 0, Math.PI, 2 * Math.PI);
        on.strokeStyle = `rgba(${colour.map(Math.round).join()},${alpha})`;
        on.stroke();
    };
    const isSeen = e => {
        const a = ends[2 * e], b = ends[2 * e + 1];
        if (!opacityOfEdge(e) || shown[a] === HIDDEN || shown[b] === HIDDEN) return false;
        const { left, right } = arcOf(a, b);
        return right >= 0 && left <= width;
    };
    for (const e of state.edges ? firstToKeep(isSeen, MOST_ARCS) : []) {
        const a = ends[2 * e], b = ends[2 * e + 1];
        draw(a, b, e, mixedColour(a, b), edgeAlpha(m) * fadeOf(a, b) * opacityOfEdge(e) * paleness(e));
    }
    for (let q = 0; q < some.length; q += 2) draw(some[q], some[q + 1], chosenEdge(q), chosenColour(), .75);
}

const fadeOf = (a, b) => shown[a] === FADED || shown[b] === FADED ? .06 : 1;
const chosenEdge = q => widths ? someEdges[q >> 1] : -1;  // of a pair in `some`
const chosenColour = () => state.dark ? [220, 220, 220] : [60, 60, 60];

function mixedColour(a, b) {  // of an edge
    const [one, other] = [colourOf(a), colourOf(b)];
    return one.map((c, k) => (1 - grey()) * (c + other[k]) / 2 + grey() * 127.5);
}

function writeOn(on) {  // names and arrow heads
    if (d === 1) arcsOn(on);
    on.textBaseline = "top";
    on.lineJoin = "round";
    on.fillStyle = headColour();
    on.beginPath();
    for (const corners of heads.map(headOf)) corners.forEach(([x, y], q) => q ? on.lineTo(x, y) : on.moveTo(x, y));
    on.fill();
    for (const { text, i, place, dx, dy, size, bold } of writtenNames) {
        const [x, y] = i < 0 ? toScreen(...place) : onScreen(i);
        on.globalAlpha = i < 0 ? 1 : opacityOf(i);
        on.font = (bold ? "600 " : "") + font(size);
        on.lineWidth = 3;
        on.strokeStyle = halo();
        on.strokeText(text, x + dx, y + dy);
        on.fillStyle = ink();
        on.fillText(text, x + dx, y + dy);
    }
    on.globalAlpha = 1;
}

// ---------------------------------------------------------------- finding and choosing

function nearest(x, y, reach) {
    let best = -1, least = reach * reach;
    for (let i = 0; i < n; i++) {
        if (shown[i] === HIDDEN) continue;
        const [px, py] = onScreen(i), r = (px - x) ** 2 + (py - y) ** 2;
        if (r < least) { least = r; best = i; }
    }
    return best;
}

function pathBetween(a, b) {
    const from = new Int32Array(n).fill(-1), queue = [a];
    from[a] = a;
    for (let q = 0; q < queue.length && from[b] < 0; q++)
        for (const j of neighbours(queue[q])) if (from[j] < 0) { from[j] = queue[q]; queue.push(j); }
    if (from[b] < 0) return [];
    const path = [b];
    while (path[0] !== a) path.unshift(from[path[0]]);
    return path;
}

const say = text => { $("said").textContent = text; };
let hinting = 0;

function hint(text) {  // what nothing else on the screen tells
    say(text);
    $("hint").textContent = text;
    $("hint").hidden = false;
    clearTimeout(hinting);
    hinting = setTimeout(() => { $("hint").hidden = true; }, 5000);
}

const plural = (k, word) => `${k.toLocaleString("en")} ${word}${k === 1 ? "" : "s"}`;

function about(i) {
    const lines = columns.map(column => {
        const v = column.of[i];
        const text = column.kind === "classes" ? (v < 0 ? "-" : column.names[v]) : (v === v ? Number(v.toPrecision(6)) : "-");
        return `${column.name || "class"}: ${text}`;
    });
    if (areas) lines.push(`${facts.size.name}: ${areas[i] === areas[i] ? Number(areas[i].toPrecision(6)) : "-"}`);
    if (!isThere(i)) lines.push(`not there: ${sequence.titles[state.at]}`);
    if (facts.edges) lines.push(plural(neighbours(i).length, "neighbour"));
    if (kinds) lines.push(inAndOut(i));
    return lines;
}

function inAndOut(i) {  // how many arcs of a directed graph lead from it and to it
    const arcs = [0, 0, 0, 0];
    for (let q = start[i]; q < start[i + 1]; q++) if (isOn(through[q])) arcs[arcsFrom(i, through[q])]++;
    return `${(arcs[1] + arcs[3]).toLocaleString("en")} out, ${(arcs[2] + arcs[3]).toLocaleString("en")} in`;
}

const isTold = widths && widths.name;  // whether widths stand for numbers

function weightOf(a, b) {  // of the edge between them, as exact as the page has it; "" where it is not known
    const e = isTold ? edgeBetween(a, b) : -1, weight = e < 0 ? null : widths.told(e, state.at);
    return weight === null ? "" : weight.toLocaleString("en", { maximumSignificantDigits: 3 });
}

function choose(i, hops = 1) {
    Object.assign(state, { chosen: i < 0 ? [] : [i], path: [], hops, lasso: false });
    mark();
    panel();
}

function element(kind, text, properties = {}) {
    const made = Object.assign(document.createElement(kind), properties);
    if (text !== null) made.textContent = text;
    return made;
}

function pick(i, hops = 1) {  // choose it, or make it the other end of the path that was asked for
    if (state.tool !== "path" || i < 0 || !state.chosen.length) { choose(i, hops); return; }
    state.path = pathBetween(state.chosen[0], i);
    state.tool = "move";
    mark();
    if (state.path.length) panel();
    else hint(`No path from ${nameOf(state.chosen[0])} to ${nameOf(i)}`);
    tools();
}

function visit(i) {  // by its name
    const isPath = state.tool === "path";
    pick(i);
    if (!isPath) fly(i);
    $("found").hidden = true;
    $("chosen").querySelector("h2")?.focus();
}

function arrowBetween(a, b) {  // which way the arcs of a directed graph go
    const e = kinds ? edgeBetween(a, b) : -1;
    return e < 0 ? "" : ["", "→", "←", "↔"][arcsFrom(a, e)];
}

function nodeButton(i, before = -1) {  // with what the edge from the node before says
    const note = before < 0 ? "" : weightOf(before, i), arrow = before < 0 ? "" : arrowBetween(before, i);
    const button = element("button", null, { type: "button", className: "node", title: nameOf(i) });
    if (arrow) button.append(element("span", arrow, { className: "arrow" }), " ");
    button.append(element("span", short(nameOf(i))));
    if (note) button.append(" ", element("small", note));
    button.addEventListener("click", () => visit(i));
    return button;
}

const LISTED = 200;

function nearestFirst(i) {  // neighbours: those of the widest edges, else hubs
    const near = [...new Set(neighbours(i))], wide = isTold ? new Map(near.map(j => [j, widthOf(edgeBetween(i, j))])) : null;
    return near.sort((a, b) => (wide ? wide.get(b) - wide.get(a) : 0) || degree[b] - degree[a]);
}

const heading = text => element("h2", text, { tabIndex: -1 });

function panel() {
    const box = $("chosen");
    box.replaceChildren();
    $("details").hidden = !state.chosen.length && !state.path.length;
    if (state.path.length > 1) {
        box.append(heading(plural(state.path.length - 1, "step")));
        if (isTold) box.append(element("p", `with ${widths.name}`));
        box.append(...state.path.map((i, q) => nodeButton(i, q ? state.path[q - 1] : -1)));
        say(`Path of ${plural(state.path.length - 1, "step")} from ${nameOf(state.path[0])} to ${nameOf(state.path.at(-1))}`);
    } else if (state.lasso) {
        box.append(heading(plural(state.chosen.length, "node")));
        box.append(...state.chosen.slice(0, LISTED).map(i => nodeButton(i)));
        say(`${plural(state.chosen.length, "node")} chosen`);
    } else if (state.chosen.length) {
        const i = state.chosen[0], near = nearestFirst(i);
        box.append(heading(nameOf(i)));
        for (const line of about(i)) box.append(element("p", line));
        const path = element("button", "Path to …", { type: "button", id: "path" });
        path.title = "then click the other end, or search for it";
        path.addEventListener("click", () => {
            state.tool = "path";
            hint("Choose the other end of the path: click it, or search for it");
            tools();
        });
        const two = element("button", "Two steps", { type: "button", id: "two" });
        two.title = "Neighbours of neighbours, too";
        two.setAttribute("aria-pressed", String(state.hops > 1));
        two.addEventListener("click", () => { choose(i, state.hops > 1 ? 1 : 2); $("two").focus(); });
        const row = element("div", null, { className: "row" });
        row.append(path, two);
        if (m) box.append(row);
        if (isTold && near.length) box.append(element("p", `by ${widths.name}`));
        box.append(...near.slice(0, LISTED).map(j => nodeButton(j, i)));
        if (near.length > LISTED) box.append(element("p", `and ${near.length - LISTED} more`));
        say([nameOf(i), ...about(i)].join(", "));
    } else say("Nothing chosen");
    $("copy").hidden = $("table").hidden = !state.chosen.length && !state.path.length;
    writeNames();  // none under the panel
    draw();
}

function selected() {
    return state.path.length > 1 ? state.path : state.lasso ? state.chosen : [...lit];
}

function table(list) {
    const cell = value => {
        let text = String(value);
        if (/^[=+\-@\t\r]/.test(text) && !/^-?[\d.]+(e-?\d+)?$/i.test(text)) text = "'" + text;
        return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    const size = areas ? [facts.size.name] : [];
    const head = ["node", ...["x", "y", "z"].slice(0, d), ...size,
        ...columns.map((column, c) => column.name || `class${c || ""}`)];
    const lines = list.map(i => [nameOf(i), ...Array.from({ length: d }, (_, k) => coordinate(i, k)),
        ...size.map(() => areas[i] === areas[i] ? areas[i] : ""),
        ...columns.map(column => column.kind === "classes" ? (column.of[i] < 0 ? "" : column.names[column.of[i]])
            : (column.of[i] === column.of[i] ? column.of[i] : ""))]);
    return [head, ...lines].map(line => line.map(cell).join(",")).join("\n") + "\n";
}

function save(name, blob) {
    const link = element("a", null, { href: URL.createObjectURL(blob), download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// ---------------------------------------------------------------- a widget around the page

let tell = () => {};  // what is chosen, to whoever wrote this page into a frame

function placesIn(message) {  // of the nodes that it wants chosen, each once, ascending; null: it is nothing of ours
    const rows = message && message.sggraph === "choose" ? message.rows : null;
    if (!Array.isArray(rows) || rows.length > n) return null;
    return [...rows].every(i => Number.isInteger(i) && i >= 0 && i < n) ? [...new Set(rows)].sort((a, b) => a - b) : null;
}

function converse() {  // with the parent that has written this document, and so has it; a file speaks with nobody
    if (window.parent === window || location.protocol !== "about:") return;
    const post = message => window.parent.postMessage(message, "*");
    let known = [];
    const isKnown = rows => rows.length === known.length && rows.every((i, k) => i === known[k]);
    tell = () => {
        const rows = [...(state.path.length > 1 ? state.path : state.chosen)].sort((a, b) => a - b);
        if (isKnown(rows)) return;
        known = rows;
        post({ sggraph: "chosen", rows });
    };
    addEventListener("message", ({ source, data }) => {
        const rows = source === window.parent ? placesIn(data) : null;
        if (!rows || isKnown(rows)) return;
        known = rows;
        if (rows.length < 2) choose(rows.length ? rows[0] : -1);
        else chooseAll(rows);
    });
    post({ sggraph: "ready" });
}

// ---------------------------------------------------------------- moving

const calm = matchMedia("(prefers-reduced-motion: reduce)");
let flight = 0;

function fly(i, zoom = Math.max(view.zoom, Math.min(8, Math.sqrt(n) / 12, 60))) {
    const t = view.turn, x = xyz[3 * i], y = xyz[3 * i + 1], z = xyz[3 * i + 2];
    go(t[0] * x + t[3] * y + t[6] * z, t[1] * x + t[4] * y + t[7] * z, zoom);
}

function go(x, y, zoom) {
    cancelAnimationFrame(flight);
    const from = { ...view }, begin = performance.now(), length = calm.matches ? 0 : 450;
    const step = now => {
        const s = length ? Math.min((now - begin) / length, 1) : 1, t = s * s * (3 - 2 * s);
        view.x = from.x + t * (x - from.x);
        view.y = from.y + t * (y - from.y);
        view.zoom = from.zoom * (zoom / from.zoom) ** t;
        draw(true);
        if (s < 1) flight = requestAnimationFrame(step);
    };
    step(begin);
}

function zoomAt(px, py, factor) {
    const zoom = Math.min(Math.max(view.zoom * factor, .3), 5000), [sx, sy] = scaleNow();
    const x = (2 * px / width - 1) / sx, y = (1 - 2 * py / height) / sy, shrink = view.zoom / zoom;
    view.x += x * (1 - shrink);
    view.y += y * (1 - shrink);
    view.zoom = zoom;
    draw(true);
}

function pan(dx, dy) {
    const [sx, sy] = scaleNow();
    view.x -= 2 * dx / width / sx;
    view.y += 2 * dy / height / sy;
    draw(true);
}

function turn(dx, dy) {
    const [a, b] = [dx / 150, dy / 150], [ca, sa, cb, sb] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)];
    const by = [ca, sa * sb, -sa * cb, 0, cb, sb, sa, -ca * sb, ca * cb], old = view.turn, now = [];
    for (let c = 0; c < 3; c++) for (let r = 0; r < 3; r++)
        now[3 * c + r] = by[r] * old[3 * c] + by[3 + r] * old[3 * c + 1] + by[6 + r] * old[3 * c + 2];
    view.turn = now;
    draw(true);
}

function reset() {
    view.turn = [1, 0, 0, 0, 1, 0, 0, 0, 1];
    go(home().x, home().y, 1);
}

const pointers = new Map();
let lasso = [], moved = 0, pinch = 0;

function at(event) {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
}

over.addEventListener("pointerdown", event => {
    over.setPointerCapture(event.pointerId);
    cancelAnimationFrame(flight);
    pointers.set(event.pointerId, at(event));
    moved = 0;
    lasso = state.tool === "lasso" ? [at(event)] : [];
    pinch = 0;
});

over.addEventListener("pointermove", event => {
    const here = at(event), before = pointers.get(event.pointerId);
    if (!before) { hover(...here); return; }
    pointers.set(event.pointerId, here);
    moved += Math.abs(here[0] - before[0]) + Math.abs(here[1] - before[1]);
    if (pointers.size === 2) {
        const [[ax, ay], [bx, by]] = [...pointers.values()], apart = Math.hypot(ax - bx, ay - by);
        if (pinch) zoomAt((ax + bx) / 2, (ay + by) / 2, apart / pinch);
        pinch = apart;
    } else if (lasso.length) {
        lasso.push(here);
        drawOver();
    } else if (d === 3 && !event.shiftKey) turn(here[0] - before[0], here[1] - before[1]);
    else pan(here[0] - before[0], here[1] - before[1]);
});

function release(event) {
    if (!pointers.delete(event.pointerId) || event.type === "pointercancel") return;
    if (lasso.length > 2) { takeLasso(); return; }
    lasso = [];
    if (moved > 6) return;
    pick(nearest(...at(event), event.pointerType === "touch" ? 24 : 12), event.shiftKey ? 2 : 1);
}
over.addEventListener("pointerup", release);
over.addEventListener("pointercancel", release);
over.addEventListener("pointerleave", () => hover(-1e9, 0));
over.addEventListener("dblclick", event => zoomAt(...at(event), 2));
over.addEventListener("wheel", event => {
    event.preventDefault();
    zoomAt(...at(event), Math.exp(-event.deltaY * (event.deltaMode ? .05 : .0016)));
}, { passive: false });

function takeLasso() {
    const inside = (x, y) => {
        let odd = false;
        for (let a = 0, b = lasso.length - 1; a < lasso.length; b = a++) {
            const [ax, ay] = lasso[a], [bx, by] = lasso[b];
            if ((ay > y) !== (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax) odd = !odd;
        }
        return odd;
    };
    const found = [];
    for (let i = 0; i < n; i++) if (shown[i] !== HIDDEN && inside(...onScreen(i))) found.push(i);
    lasso = [];
    chooseAll(found);
}

function chooseAll(chosen) {
    Object.assign(state, { chosen, path: [], lasso: true, tool: "move" });
    tools();
    mark();
    panel();
}

function hover(x, y) {
    const i = x < -1e8 ? -1 : nearest(x, y, 12), tip = $("tip");
    if (i !== state.hover) { state.hover = i; drawOver(); }
    tip.hidden = i < 0;
    over.classList.toggle("near", i >= 0);
    if (i < 0) return;
    const lines = about(i), one = state.chosen.length === 1 && !state.lasso ? state.chosen[0] : i;
    const weight = one === i ? "" : weightOf(one, i);
    if (weight) lines.push(`${widths.name} to ${short(nameOf(one))}: ${weight}`);
    tip.replaceChildren(element("strong", short(nameOf(i))), ...lines.map(line => element("div", short(line))));
    const panelAt = $("details").hidden || width <= 640 ? width : $("details").getBoundingClientRect().left;
    const right = x > panelAt - 240;  // no line of it under the panel
    tip.style.left = right ? "" : `${x + 14}px`;
    tip.style.right = right ? `${width - x + 14}px` : "";
    tip.style.top = `${Math.min(y + 10, height - 20 - tip.offsetHeight)}px`;
}

// ---------------------------------------------------------------- search, legend, tools

const fold = text => (/[^\0-\x7f]/.test(text) ? text.normalize("NFD").replace(/[\u0300-\u036f]/g, "") : text)
    .toLocaleLowerCase();  // Jose finds José
const folded = names ? names.map(fold) : null;

function find(text) {
    const wanted = fold(text.trim()), first = [], later = [];
    if (!wanted) return [];
    for (const i of byDegree) {
        const name = folded ? folded[i] : String(rows[i]), place = name.indexOf(wanted);
        if (place === 0 || name === wanted) first.push(i);
        else if (place > 0) later.push(i);
        if (first.length >= 30) break;
    }
    first.sort((a, b) => nameOf(a).length - nameOf(b).length);
    return [...first, ...later].slice(0, 12);
}

function search() {
    const found = find($("search").value);
    const all = element("button", "Choose all of them", { type: "button", className: "node", id: "all" });
    all.addEventListener("click", () => {
        const wanted = fold($("search").value.trim()), whole = [];
        for (let i = 0; i < n; i++)
            if (shown[i] !== HIDDEN && (folded ? folded[i] : String(rows[i])).includes(wanted)) whole.push(i);
        chooseAll(whole);
        $("found").hidden = true;
        $("chosen").querySelector("h2")?.focus();
    });
    $("found").replaceChildren(...found.map(i => nodeButton(i)), ...(found.length > 1 ? [all] : []));
    const isAsked = $("search").value.trim() !== "";
    if (isAsked && !found.length) $("found").append(element("p", "Nothing found"));
    $("found").hidden = !isAsked;
    if (isAsked) say(found.length ? `${found.length} found, first ${nameOf(found[0])}` : "Nothing found");
    return found;
}

const LEGEND = 60;  // classes, at first

function legend() {
    const box = $("legend"), column = columns[state.column];
    if (box.contains(player)) play(null, player);
    box.replaceChildren();
    if (!column) return;
    if (column.kind === "classes") {
        const counts = new Uint32Array(column.names.length);
        let unlabelled = 0;
        for (const c of column.of) c < 0 ? unlabelled++ : counts[c]++;
        const order = [...counts.keys()].sort((a, b) => column.names.length > 20 ? counts[b] - counts[a] : a - b);
        const nobody = unlabelled ? [-1] : [], all = [...order, ...nobody];
        const listed = [...order.slice(0, state.long ? Infinity : LEGEND), ...nobody];
        for (const c of listed) {
            const button = element("button", null, { type: "button", className: "class" });
            button.setAttribute("aria-pressed", String(!state.off.has(c)));
            const dot = element("span", "", { className: "dot" });
            dot.style.background = `rgb(${colourOfClass(column, c).join()})`;
            const name = c < 0 ? "no label" : short(column.names[c]), count = c < 0 ? unlabelled : counts[c];
            button.append(dot, element("span", name), element("small", count.toLocaleString("en")));
            button.addEventListener("click", event => {
                if (event.altKey || event.shiftKey) {  // this one alone, or all again
                    const others = all.filter(other => other !== c), alone = others.every(other => state.off.has(other));
                    state.off = new Set(alone ? [] : others);
                } else state.off.has(c) ? state.off.delete(c) : state.off.add(c);
                legend();
                box.querySelectorAll("button")[listed.indexOf(c)].focus();
                mark();
            });
            box.append(button);
        }
        if (order.length > LEGEND && !state.long) {
            const more = element("button", `and ${order.length - LEGEND} more`, { type: "button", className: "class" });
            more.addEventListener("click", () => {
                state.long = true;
                legend();
                box.querySelectorAll("button")[LEGEND].focus();
            });
            box.append(more);
        }
        return;
    }
    const bar = element("canvas", null, { width: 200, height: 12, className: "bar" }), on = bar.getContext("2d");
    column.ramp.forEach((colour, q) => {
        on.fillStyle = `rgb(${colour.map(Math.round).join()})`;
        on.fillRect(200 * q / column.ramp.length, 0, 200 / column.ramp.length + 1, 12);
    });
    box.append(bar);
    range(box, column, state.values, mark);
}

const exampleLines = [];  // of the legend, and how wide they are where the picture is whole

function exampleWidths() {  // lines of round values
    const found = isTold ? facts.edges.width.examples : [];
    $("widths").hidden = !found.length;
    $("widths").append(element("h2", short(widths ? widths.name || "" : "")));
    for (const [text, pixels] of found) {
        const row = element("div", null), line = element("span", "");
        row.append(line, element("small", text));
        $("widths").append(row);
        exampleLines.push([line, pixels]);
    }
}

const told = (v, scale) => scale.dates ? new Date(1000 * v).toISOString().slice(0, 10)
    : String(Number(v.toPrecision(scale.digits || 4)));

function range(box, scale, now, changed) {  // two sliders for `now`, from and to on a scale from min to max, and Play
    const inputs = {};
    for (const [word, end, limit] of [["from", 0, -Infinity], ["to", 1000, Infinity]]) {
        const label = element("label", `${word} `), value = element("output", "");
        const input = inputs[word] = element("input", null, { type: "range", min: 0, max: 1000 });
        const tell = () => {
            const v = scale.min + (scale.max - scale.min) * input.value / 1000;
            value.textContent = told(v, scale);
            input.setAttribute("aria-valuetext", value.textContent);
            return v;
        };
        input.value = now[word] === limit ? end : 1000 * (now[word] - scale.min) / (scale.max - scale.min);
        input.addEventListener("input", () => {
            const v = tell();
            now[word] = Number(input.value) === end ? limit : v;
            changed();
        });
        tell();
        label.append(input, value);
        box.append(label);
    }
    const button = element("button", "Play", { type: "button", className: "play" });
    button.title = "Let the upper end run, as through time";
    button.addEventListener("click", () => play(inputs.to, button));
    box.append(button);
}

function clock() {  // the slider of a sequence, or those of the times of edges
    if (sequence) return stations();
    if (!times) return;
    const { name, ...scale } = facts.edges.time, box = $("time");
    if (box.contains(player)) play(null, player);
    box.replaceChildren(element("h2", `Edges by ${name}`));
    box.hidden = false;
    range(box, { ...scale, digits: 6 }, state.time, () => {
        putEdges();
        mark();
        if (state.chosen.length) panel();
    });
}

function stations() {  // one slider, from time to time, and Play
    const box = $("time"), input = element("input", null, { type: "range", min: 0, max: last, id: "station" });
    if (box.contains(player)) play(null, player);
    const value = element("output", ""), button = element("button", "Play", { type: "button", className: "play" });
    const tell = () => {
        value.textContent = sequence.titles[input.value];
        input.setAttribute("aria-valuetext", value.textContent);
    };
    input.value = state.at;
    input.setAttribute("aria-label", "Time");
    tell();
    input.addEventListener("input", () => { tell(); pass(Number(input.value)); });
    button.addEventListener("click", () => play(input, button));
    box.replaceChildren(element("h2", "Time"), value, input, button);
    box.hidden = false;
}

const WAY = 900, STAND = 600;  // milliseconds from one time to the next, and there

const eased = (s, begin, end) => {
    const x = Math.min(Math.max((s - begin) / (end - begin), 0), 1);
    return x * x * (3 - 2 * x);
};

function arrive() {  // at the time on the way to which the picture was
    cancelAnimationFrame(travel);
    passage = null;
    xyz.set(inPicture(sequence.frames[state.at]));
    if (gl) {
        write("place", xyz);
        write("there", all());
        putEdges();
    }
    mark();
    if (state.chosen.length) panel();
}
let travel = 0;

function pass(to) {  // to another time: who goes fades, then all move, then who comes appears
    if (passage) arrive();
    if (to === state.at) return;
    const from = state.at, there = new Uint8Array(2 * n), begin = performance.now();
    state.at = to;
    say(sequence.titles[to]);
    if (!gl || calm.matches) { arrive(); return; }
    passage = { from, goal: inPicture(sequence.frames[to]), way: 0, gone: 0, come: 0 };
    for (let i = 0; i < n; i++) {
        there[2 * i] = bit(sequence.nodes, i, from);
        there[2 * i + 1] = bit(sequence.nodes, i, to);
    }
    write("goal", passage.goal);
    write("there", there);
    putEdges();
    mark();
    const step = now => {
        const s = Math.min((now - begin) / WAY, 1);
        Object.assign(passage, { gone: eased(s, 0, .3), way: eased(s, .2, .8), come: eased(s, .7, 1) });
        if (s >= 1) { arrive(); return; }
        draw(true);
        travel = requestAnimationFrame(step);
    };
    travel = requestAnimationFrame(step);
}

let playing = 0, player = null;

function play(input, button) {  // the upper end through values in six seconds, or a sequence time by time; again: stop
    const isOn = player === button;
    clearInterval(playing);
    if (player) player.textContent = "Play";
    player = isOn ? null : button;
    if (isOn) return;
    button.textContent = "Stop";
    const most = Number(input.max), inSteps = input.id === "station", strides = calm.matches ? 10 : 100;
    let step = Number(input.value) >= most ? -1 : Number(input.value);
    const next = () => {
        step = Math.min(step < 0 ? 0 : step + (inSteps ? 1 : most / strides), most);
        input.value = step;
        input.dispatchEvent(new Event("input"));
        if (step >= most) play(input, button);
    };
    playing = setInterval(next, inSteps ? WAY + STAND : calm.matches ? 600 : 60);
    if (inSteps) next();
}

function tools() {
    for (const [id, on] of [["lasso", state.tool === "lasso"], ["edges", state.edges], ["write", state.names],
        ["size", state.sized]]) $(id).setAttribute("aria-pressed", String(on));
    over.dataset.tool = state.tool;
    rememberSoon();
}

function theme(dark) {
    state.dark = dark;
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    legend();
    if (gl) paint();
}

function picture(wanted) {
    const most = Math.min(gl.getParameter(gl.MAX_RENDERBUFFER_SIZE), ...gl.getParameter(gl.MAX_VIEWPORT_DIMS));
    const times = Math.min(wanted, most / Math.max(width, height));
    const w = Math.round(width * times), h = Math.round(height * times), made = document.createElement("canvas");
    [canvas.width, canvas.height] = [w, h];
    render(w, h, times, false);
    [made.width, made.height] = [w, h];
    const on = made.getContext("2d");
    on.drawImage(canvas, 0, 0);
    on.setTransform(times, 0, 0, times, 0, 0);
    writeOn(on);
    resize();
    made.toBlob(blob => save("sggraph.png", blob), "image/png");
}

const MOST_SVG = 30000;  // edges, and nodes: of more a drawing program makes no use

function drawing() {  // SVG of what is in view
    const number = x => x.toFixed(1), rgb = colour => `rgb(${colour.map(Math.round).join()})`, parts = [];
    const escape = text => text.replace(/[<>&"]/g, c => `&#${c.charCodeAt(0)};`)
        .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "");
    const beyond = sidesOf(), fade = i => shown[i] === FADED ? .14 : 1;
    const line = (a, b, e, colour, alpha) => {
        const [[ax, ay], [bx, by]] = [onScreen(a), onScreen(b)], { left, right, high } = arcOf(a, b);
        const straight = `M${number(ax)} ${number(ay)}L${number(bx)} ${number(by)}`;
        const radii = `${number((right - left) / 2)} ${number(high)}`;
        const arc = `M${number(left)} ${number(ay)}A${radii} 0 0 1 ${number(right)} ${number(ay)}`;
        const wide = widths ? ` stroke-width="${Math.max(widthOf(e), 1).toFixed(2)}"` : "";
        parts.push(`<path d="${d === 1 ? arc : straight}" fill="none" stroke="${rgb(colour)}"${wide} `
            + `stroke-opacity="${alpha.toFixed(3)}"/>`);
    };
    const edges = !state.edges ? [] : firstToKeep(e => {
        const a = ends[2 * e], b = ends[2 * e + 1];
        return !(beyond[a] & beyond[b]) && isOn(e) && shown[a] !== HIDDEN && shown[b] !== HIDDEN;
    }, MOST_SVG);
    for (const e of edges) {
        const a = ends[2 * e], b = ends[2 * e + 1];
        line(a, b, e, mixedColour(a, b), edgeAlpha(edges.length) * fadeOf(a, b) * paleness(e));
    }
    for (let q = 0; q < some.length; q += 2) line(some[q], some[q + 1], chosenEdge(q), chosenColour(), .75);
    let left = MOST_SVG;
    for (const isFaded of [true, false]) for (const i of state.sized ? bySize : anyOrder) {
        if (beyond[i] || shown[i] === HIDDEN || (shown[i] === FADED) !== isFaded || left-- <= 0) continue;
        const [x, y] = onScreen(i), r = baseRadius() * nodeSizes[i] * (shown[i] === CHOSEN ? 1.5 : 1);
        parts.push(`<circle cx="${number(x)}" cy="${number(y)}" r="${number(r)}" fill="${rgb(colourOf(i))}" `
            + `opacity="${(pointAlpha() * fade(i)).toFixed(2)}"/>`);
    }
    for (const corners of heads.map(headOf).filter(corners => corners.length))
        parts.push(`<polygon points="${corners.flat().map(number).join(" ")}" fill="${headColour()}"/>`);
    for (const { text, i, place, dx, dy, size, bold } of writtenNames) {
        const [x, y] = i < 0 ? toScreen(...place) : onScreen(i);
        parts.push(`<text x="${number(x + dx)}" y="${number(y + dy + size * .85)}" font-size="${size}" `
            + `font-family="system-ui, sans-serif" font-weight="${bold ? 600 : 400}" fill="${ink()}" stroke="${halo()}" `
            + `stroke-width="3" stroke-linejoin="round" paint-order="stroke">${escape(text)}</text>`);
    }
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`
        + `<rect width="100%" height="100%" fill="rgb(${ground().join()})"/>${parts.join("")}</svg>`;
}

// ---------------------------------------------------------------- the address keeps the view

const ofRange = ({ from, to }) => [from, to].map(v => Number.isFinite(v) ? v : "").join(",");

function remember() {  // what differs from the page as it opens
    const places = [view.x, view.y, view.zoom].map(v => v.toPrecision(5));
    const one = state.chosen.length === 1 && !state.lasso;
    if (d === 3) places.push(...view.turn.map(v => v.toFixed(3)));
    const isWholeView = isHome() && view.turn.every((v, k) => v === (k % 4 ? 0 : 1));
    const parts = { view: isWholeView ? "" : places.join(","), node: one ? state.chosen[0] : "",
        column: state.column === COLUMN ? "" : state.column,
        hops: one && state.hops > 1 ? state.hops : "", to: state.path.length > 1 ? state.path.at(-1) : "",
        off: [...state.off].join(","), values: isWhole(state.values) ? "" : ofRange(state.values),
        time: isWhole(state.time) ? "" : ofRange(state.time), at: state.at === last ? "" : state.at,
        hide: ["edges", "names"].filter(name => !state[name]).join(","),
        sized: state.sized === SIZED ? "" : +state.sized };
    const text = Object.entries(parts).filter(([, v]) => v !== "").map(([key, v]) => `${key}=${v}`).join("&");
    if (!text && !location.hash) return;
    try { history.replaceState(null, "", `#${text}`); } catch { /* in a frame without an address */ }
}

let later = 0;

function rememberSoon() {  // browsers allow some addresses a second
    clearTimeout(later);
    later = setTimeout(remember, 250);
}

function recall() {
    const read = new URLSearchParams(location.hash.slice(1));
    const numbers = key => (read.get(key) || "").split(",").map(Number);
    const places = numbers("view"), isNode = key => /^\d+$/.test(read.get(key) || "") && Number(read.get(key)) < n;
    if (places.length >= 3 && places.every(Number.isFinite) && places[2] > 0) {
        [view.x, view.y, view.zoom] = places;
        isNew = false;
        if (d === 3 && places.length === 12) view.turn = places.slice(3);
    }
    const column = Number(read.get("column") || NaN);
    if (Number.isInteger(column) && column < columns.length && column >= -1) state.column = column;
    if (read.get("off")) state.off = new Set(numbers("off"));
    for (const key of ["values", "time"]) {
        const [from, to] = (read.get(key) || ",").split(",").map(text => text ? Number(text) : NaN);
        if (from === from) state[key].from = from;
        if (to === to) state[key].to = to;
    }
    for (const name of ["edges", "names"]) if ((read.get("hide") || "").split(",").includes(name)) state[name] = false;
    if (/^\d+$/.test(read.get("at") || "")) state.at = Math.min(Number(read.get("at")), last);
    if (read.get("sized")) state.sized = read.get("sized") === "1";
    if (!isNode("node")) return;
    state.chosen = [Number(read.get("node"))];
    if (read.get("hops") === "2") state.hops = 2;
    if (isNode("to")) state.path = pathBetween(state.chosen[0], Number(read.get("to")));
}

// ---------------------------------------------------------------- begin

function withoutGL() {  // the points alone, once, and why
    const draw2d = () => {
        const box = $("stage").getBoundingClientRect(), on = pen;
        [over.width, over.height, width, height, ratio] = [box.width, box.height, box.width, box.height, 1];
        measure();
        Object.assign(view, home());
        on.fillStyle = `rgb(${ground().join()})`;
        on.fillRect(0, 0, width, height);
        for (let i = 0; i < n; i++) {
            if (!isThere(i)) continue;
            const [x, y] = onScreen(i);
            on.fillStyle = `rgb(${colourOf(i).map(Math.round).join()})`;
            on.fillRect(x - 1, y - 1, 2, 2);
        }
    };
    addEventListener("resize", draw2d);
    draw2d();
    say("This browser has no WebGL 2, which moving the picture needs: it stands still.");
    $("why").hidden = false;
}

function keys(event) {
    if (event.target.matches("input, select")) {
        if (event.key === "Escape") { $("search").value = ""; search(); over.focus(); }
        return;
    }
    const step = .12 * Math.min(width, height), acts = {
        ArrowLeft: () => pan(step, 0), ArrowRight: () => pan(-step, 0), ArrowUp: () => pan(0, step),
        ArrowDown: () => pan(0, -step), "+": () => zoomAt(width / 2, height / 2, 1.3), "=": () => zoomAt(width / 2, height / 2, 1.3),
        "-": () => zoomAt(width / 2, height / 2, 1 / 1.3), 0: reset, "/": () => $("search").focus(),
        Escape: () => { state.tool = "move"; tools(); choose(-1); },
    };
    if (d === 3 && event.shiftKey) Object.assign(acts, { ArrowLeft: () => turn(-20, 0), ArrowRight: () => turn(20, 0),
        ArrowUp: () => turn(0, -20), ArrowDown: () => turn(0, 20) });
    if (!acts[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    acts[event.key]();
}

function wire() {
    addEventListener("keydown", keys);
    addEventListener("resize", resize);
    $("search").addEventListener("input", search);
    $("search").addEventListener("keydown", event => {
        if (event.key !== "Enter") return;
        const found = search();
        if (found.length) visit(found[0]);
    });
    $("lasso").addEventListener("click", () => { state.tool = state.tool === "lasso" ? "move" : "lasso"; tools(); });
    $("edges").addEventListener("click", () => { state.edges = !state.edges; tools(); draw(); });
    $("write").addEventListener("click", () => { state.names = !state.names; tools(); atRest(); draw(); });
    $("size").addEventListener("click", () => { state.sized = !state.sized; tools(); paint(); });
    $("reset").addEventListener("click", () => {
        Object.assign(state, { off: new Set(), values: everything(), time: everything(), tool: "move" });
        legend();
        clock();
        tools();
        putEdges();
        choose(-1);
        reset();
    });
    $("dark").addEventListener("click", () => theme(!state.dark));
    $("full").addEventListener("click", () => document.fullscreenElement ? document.exitFullscreen()
        : document.documentElement.requestFullscreen().catch(() => hint("This frame may not fill the screen")));
    $("save").addEventListener("change", () => {
        const what = $("save").value;
        $("save").value = "";
        if (what === "svg") save("sggraph.svg", new Blob([drawing()], { type: "image/svg+xml" }));
        else if (what) picture(Number(what));
    });
    $("copy").addEventListener("click", async () => {
        const text = selected().map(nameOf).join("\n");
        try {
            await navigator.clipboard.writeText(text);
            hint(`${plural(selected().length, "name")} copied`);
        } catch { save("nodes.txt", new Blob([text], { type: "text/plain" })); }
    });
    $("table").addEventListener("click", () => save("nodes.csv", new Blob([table(selected())], { type: "text/csv" })));
    $("close").addEventListener("click", () => choose(-1));
    const choice = $("column");
    columns.forEach((column, c) => choice.append(element("option", column.name || "class", { value: c })));
    if (columns.length) choice.append(element("option", "one colour", { value: -1 }));
    choice.value = state.column;
    choice.parentElement.hidden = columns.length < 2;
    choice.addEventListener("change", () => {
        Object.assign(state, { column: Number(choice.value), off: new Set(),
            values: everything() });
        legend();
        settle();
        paint();
        remember();
    });
    $("edges").hidden = !m;
    if (isTold) $("edges").title = `As wide as ${widths.name} says`;
    $("size").hidden = !m && !areas;
    if (areas) $("size").title = `Size by ${facts.size.name}`;
    $("write").hidden = !facts.named && !columns.some(column => column.kind === "classes");
}

recall();
if (sequence) xyz.set(inPicture(sequence.frames[state.at]));
const scheme = matchMedia("(prefers-color-scheme: dark)");
scheme.addEventListener("change", event => theme(event.matches));
state.dark = scheme.matches;
document.documentElement.dataset.theme = state.dark ? "dark" : "light";
wire();
tools();
legend();
exampleWidths();
clock();
if (gl) {
    setUp();
    putEdges();
    resize();
    paint();
    measureSpeed();
    draw();
    if (state.chosen.length) panel();
    canvas.addEventListener("webglcontextrestored", () => { setUp(); putEdges(); paint(); });
    canvas.addEventListener("webglcontextlost", event => event.preventDefault());
} else withoutGL();
// what tests ask
window.sggraph = { state, view, shown, nameOf, onScreen, choose, find, facts, ready: true, get calls() { return calls; }, draw,
    drawing, selected, get names() { return writtenNames; }, toScreen, affordable,
    get drawn() { return drawn; }, atRest, get passage() { return passage; },
    get heads() { return heads.map(([a, b]) => [a, b]); } };
document.documentElement.dataset.ready = "true";
converse();
})();

// Edges as wide as they are given, in pixels of CSS: quads whose corners the card finds itself. An edge is the rows of its
// two ends, its width and that to which it goes; places and colours of the nodes are in textures, so that a filter, a
// colour or a choice writes the nodes again and never the edges, and moving writes nothing.
"use strict";

const RIBBON = [`#version 300 es
precision highp float; precision highp int;
in uvec2 ends; in vec2 widths;
uniform highp sampler2D places, goals, inks;
uniform mat3 turn; uniform vec2 middle, scale, half_screen; uniform float only, way, pixel, growth;
out vec4 paint; out float seen, across, wide;
ivec2 at(uint i) { return ivec2(int(i & 2047u), int(i >> 11)); }
vec3 put(uint i) {
    vec3 p = turn * mix(texelFetch(places, at(i), 0).xyz, texelFetch(goals, at(i), 0).xyz, way);
    return vec3((p.xy - middle) * scale * half_screen, p.z);
}
float left(vec4 ink) {  // of an edge whose end is hidden or faded
    int shown = int(ink.a * 255. + .5);
    return shown == 2 ? 0. : shown == 1 ? .06 : 1.;
}
void main() {
    vec3 a = put(ends.x), b = put(ends.y), here = gl_VertexID < 2 ? a : b;
    vec2 along = b.xy - a.xy, normal = vec2(-along.y, along.x) / max(length(along), 1e-6);
    wide = max(mix(widths.x, widths.y, way) * growth, only) * pixel;
    across = (float(gl_VertexID & 1) * 2. - 1.) * (max(wide, 1.) + 1.) / 2.;
    gl_Position = vec4((here.xy + normal * across / pixel) / half_screen, -here.z * .4 + .001, 1);
    vec4 one = texelFetch(inks, at(ends.x), 0), other = texelFetch(inks, at(ends.y), 0);
    seen = only > 0. ? 1. : min(left(one), left(other));
    paint = gl_VertexID < 2 ? one : other;
}`, `#version 300 es
precision highp float;
in vec4 paint; in float seen, across, wide;
uniform float alpha; uniform vec4 tint; out vec4 color;
void main() {
    float inside = clamp((max(wide, 1.) + 1.) / 2. - abs(across), 0., 1.);
    if (seen <= 0. || inside <= 0.) discard;
    float seen_at = max(alpha * sqrt(min(wide, 1.)), min(alpha, 2. / 255.));  // narrower than a pixel: paler, still there
    color = vec4(mix(paint.rgb, tint.rgb, tint.a), seen_at * inside * seen);
}`];

const IN_ROW = 2048;  // nodes in a row of a texture, and rows: what every WebGL 2 has room for; twice as many as a page has

class Ribbons {
    constructor(gl, n, shader, names) {
        Object.assign(this, { gl, n, shader, rows: Math.max(Math.ceil(n / IN_ROW), 1), textures: {}, arrays: {} });
        for (const name of ["places", "goals", "inks"]) this.textures[name] = gl.createTexture();
        for (const name of names) this.arrays[name] = { array: gl.createVertexArray(), buffer: gl.createBuffer() };
    }

    ofNodes(name, numbers) {  // three floats a node, or four bytes
        const { gl, rows } = this, isFloat = numbers instanceof Float32Array;
        const whole = new numbers.constructor((isFloat ? 3 : 4) * IN_ROW * rows);
        whole.set(numbers);
        gl.bindTexture(gl.TEXTURE_2D, this.textures[name]);
        gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
        for (const side of ["MIN", "MAG"]) gl.texParameteri(gl.TEXTURE_2D, gl[`TEXTURE_${side}_FILTER`], gl.NEAREST);
        const [inside, kind, type] = isFloat ? [gl.RGB32F, gl.RGB, gl.FLOAT] : [gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE];
        gl.texImage2D(gl.TEXTURE_2D, 0, inside, IN_ROW, rows, 0, kind, type, whole);
    }

    upload(name, ends, from, to) {  // rows of the ends of each edge, its width, and that to which it goes
        const { gl } = this, count = from.length, data = new ArrayBuffer(16 * count);
        const rows = new Uint32Array(data), widths = new Float32Array(data);
        for (let k = 0; k < count; k++) {
            rows[4 * k] = ends[2 * k];
            rows[4 * k + 1] = ends[2 * k + 1];
            widths[4 * k + 2] = from[k];
            widths[4 * k + 3] = to[k];
        }
        gl.bindBuffer(gl.ARRAY_BUFFER, this.arrays[name].buffer);
        gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
    }

    draw(name, first, count) {  // with the uniforms set; from the first on
        const { gl } = this, { array, buffer } = this.arrays[name];
        ["places", "goals", "inks"].forEach((one, unit) => {
            gl.activeTexture(gl.TEXTURE0 + unit);
            gl.bindTexture(gl.TEXTURE_2D, this.textures[one]);
            gl.uniform1i(this.shader.at[one], unit);
        });
        gl.bindVertexArray(array);
        gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
        for (const k of [0, 1]) { gl.enableVertexAttribArray(k); gl.vertexAttribDivisor(k, 1); }
        gl.vertexAttribIPointer(0, 2, gl.UNSIGNED_INT, 16, 16 * first);
        gl.vertexAttribPointer(1, 2, gl.FLOAT, false, 16, 16 * first + 8);
        gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, count);
    }
}

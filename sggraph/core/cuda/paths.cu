// Lengths of shortest paths on a graphics card (hops.py), and a start that is relaxed towards them (stress.py).
//
// Searches from many sources go together, level by level, in words of 64 bits, one bit a source: a node has `words` of
// them, and takes those of its neighbours. Bits that are joined have no order, and lengths are whole numbers: they are
// the processor's. Lengths (n, k) have two bytes; `last` is the last level at which a node was reached, and where that
// lies behind there is nothing left to do.

template <typename T> __device__ inline T joined_over_lanes(T bits, int lanes) {
    for (int step = lanes / 2; step > 0; step /= 2) bits |= __shfl_xor_sync(ALL, bits, step);
    return bits;
}

// Nodes that are reached at level 0.
extern "C" __global__ void begin_search(const i64 *sources, i64 k, i64 words, u64 *seen, u64 *front, u16 *lengths) {
    i64 s = THREAD;
    if (s >= k) return;
    u64 bit = 1ull << (s % 64);
    atomicOr(&seen[sources[s] * words + s / 64], bit);
    atomicOr(&front[sources[s] * words + s / 64], bit);
    lengths[sources[s] * k + s] = 0;
}

// The words of the nodes of at most `hub` neighbours, `lanes` threads a word: none where all have come already.
extern "C" __global__ void ask_back(const i64 *indptr, const u32 *indices, i64 n, i64 words, i64 k, int lanes, i64 hub,
                                    const u64 *seen, const u64 *front, const u32 *last, u32 level, u64 *coming) {
    if (*last + 1 < level) return;
    i64 q = THREAD / lanes, i = q / words, word = q % words, begin = 0, end = 0;
    u64 all = k - 64 * word < 64 ? (1ull << (k - 64 * word)) - 1 : ~0ull, bits = all;
    if (i < n) begin = indptr[i], end = indptr[i + 1], bits = seen[q];
    bool is_mine = i < n && end - begin <= hub;
    if (is_mine)
        for (i64 e = begin + THREAD % lanes; e < end && bits != all; e += lanes) bits |= front[indices[e] * words + word];
    bits = joined_over_lanes(bits, lanes);
    if (is_mine && THREAD % lanes == 0) coming[q] = bits;
}

// The same of the others, hubs: a block has some of the neighbours, a chunk (row, first entry, end).
extern "C" __global__ void ask_back_hubs(const i64 *chunks, const u32 *indices, i64 words, const u64 *front,
                                         const u32 *last, u32 level, u64 *coming) {
    if (*last + 1 < level) return;
    const i64 *chunk = chunks + 3 * (i64)blockIdx.x;
    for (i64 word = 0; word < words; word++) {
        u64 bits = 0;
        for (i64 e = chunk[1] + threadIdx.x; e < chunk[2]; e += BLOCK) bits |= front[indices[e] * words + word];
        bits = joined_over_lanes(bits, 32);
        if (threadIdx.x % 32 == 0 && bits) atomicOr(&coming[chunk[0] * words + word], bits);
    }
}

// Bits that are new are a length each, and the next front.
extern "C" __global__ void settle_front(i64 n, i64 words, i64 k, u64 *seen, u64 *front, u64 *coming, u32 *last,
                                        u32 level, u16 *lengths) {
    i64 q = THREAD, i = q / words, word = q % words;
    if (i >= n || *last + 1 < level) return;
    u64 fresh = coming[q] & ~seen[q];
    front[q] = fresh, coming[q] = 0;
    if (fresh == 0) return;
    seen[q] |= fresh;
    *last = level;  // all write the same
    for (; fresh; fresh &= fresh - 1) lengths[i * k + 64 * word + __ffsll(fresh) - 1] = (u16)level;
}

// ---- what they are for ----

// Y (n, width) = squares of the first k lengths, less `means`, and then less the mean of the row, along the `axes`
// (k, width): a warp a node.
extern "C" __global__ void project(const u16 *lengths, i64 n, i64 stride, i64 k, const float *means, const float *axes,
                                   int width, double *Y) {
    i64 i = THREAD / 32;
    if (i >= n) return;
    const u16 *mine = lengths + i * stride;
    double mean = 0;
    for (i64 p = THREAD % 32; p < k; p += 32) mean += (double)mine[p] * mine[p] - means[p];
    mean = over_lanes(mean, 32) / k;
    for (int w = 0; w < width; w++) {
        double total = 0;
        for (i64 p = THREAD % 32; p < k; p += 32) total += ((double)mine[p] * mine[p] - means[p] - mean) * axes[p * width + w];
        total = over_lanes(total, 32);
        if (THREAD % 32 == 0) Y[i * width + w] = total;
    }
}

// One sweep of stress.py: each point to the mean of where the pivots, which are at `places` (k, D), would have it.
extern "C" __global__ void relax(const float *Y, i64 n, const float *places, const u16 *lengths, i64 k, float offset,
                                 float least, int lanes, float *moved) {
    __shared__ float near[PIVOTS][D];
    i64 i = THREAD / lanes;
    float t[D] = {0};
    Point y = point(Y, i < n ? i : 0);
    for (i64 some = 0; some < k; some += PIVOTS) {
        i64 size = k - some < PIVOTS ? k - some : PIVOTS;
        __syncthreads();
        for (i64 q = threadIdx.x; q < size * D; q += BLOCK) near[q / D][q % D] = places[some * D + q];
        __syncthreads();
        if (i >= n) continue;
        const u16 *mine = lengths + i * k + some;
        for (i64 p = THREAD % lanes; p < size; p += lanes) {
            float r[D], u = 0, path = mine[p];
            for (int a = 0; a < D; a++) r[a] = y.at[a] - near[p][a], u += r[a] * r[a];
            float stretch = fmaxf(path - offset, least * path) / sqrtf(fmaxf(u, 1e-30f)) - 1;
            for (int a = 0; a < D; a++) t[a] += stretch * r[a];
        }
    }
    for (int a = 0; a < D; a++) {
        t[a] = over_lanes(t[a], lanes);
        if (i < n && THREAD % lanes == 0) moved[i * D + a] = y.at[a] + t[a] / k;
    }
}

// Lengths (m,) become `one / length`, in whole numbers, those beyond `far` drawn in (path_stress.py); 0 stays.
extern "C" __global__ void invert(u16 *lengths, i64 m, double far, double power, double one, double finest) {
    i64 q = THREAD;
    if (q >= m || lengths[q] == 0) return;
    double length = lengths[q];
    if (length > far) length = far * pow(length / far, power);
    lengths[q] = (u16)fmin(rint(one / length), finest);
}

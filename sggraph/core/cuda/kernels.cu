// Forces, steps and searches on a graphics card, for D = 1, 2, 3 dimensions from one source: the compiler is told D.
//
// A kernel is called as what does the same on the processor (attractive.py, grid.py, near_field.py, path_stress.py,
// forces.py ...), where the mathematics is told. Points are rows of D float32. Blocks have BLOCK threads.
//
// The same input gives the same bits: a row, a point or a node is summed by itself, its lanes in a fixed tree; charges
// are whole numbers (multiples of 2^-23), whose sum has no order; and sums over all are those of blocks, whose number
// the host fixes by n alone, which the block that ends last adds up in their order. Several cards own a range of whole
// blocks each, and their rows: what is of rows alone (forces, velocities, P) has those, what is read anywhere (Y) all.
//
// `now` is what changes from one iteration to the next. It stays here, so that a launch has the same arguments each
// time, and an iteration can be recorded once and played again. Where HALTED is not 0, nothing moves until the host
// has looked: the iterations after it do nothing, and the picture stands as the last whole one left it.

typedef long long i64;
typedef unsigned long long u64;
typedef unsigned int u32;
typedef unsigned short u16;

enum Now {
    HALTED = 0,         // why nothing moves: 0, OUTGROWN or DIVERGED
    DONE = 1,           // iterations since the host looked
    LOW = 2, HIGH = 5,  // corners of the box of all points, three numbers each
    MEAN = 8,           // of all points
    ORIGIN = 11,        // of the grid
    PHI = 14,           // sum of the potential over all points
    DRIFT = 15,         // mean of the repulsion, all of it error of the grid
    NORM = 18,          // squared norm of the gradient
    CROSS = 19,         // sum of p log(1 + r^2) over the pairs i < j
    SCALE = 20, TURN = 21,  // of the stress, as in a Motion
    DUE = 22, STOP = 23,    // groups of pivots to look at in this iteration
    PULL = 24,              // weight of the mean pull over n
    EXAGGERATION = 25, ETA = 26, MOMENTUM = 27, MAX_STEP = 28, MAX_GAIN = 29, STRESS = 30, EVENNESS = 31,  // of the phase
    PAIRS = 32, VISITS = 33,  // what near pairs would cost: pairs in reach, cells that hold points
    NOW = 34
};
enum Halt { OUTGROWN = 1, DIVERGED = 2 };
enum Size {
    BLOCK = 256,    // threads of a block: of so many points at most, charges of a node stay below 2^32
    PATCH = 4096,   // nodes of the grid that a block has room for
    CHUNK = 1024,   // pairs whose forces are summed in float32, before float64 takes over
    TILE = 2048,    // cells that a block counts through
    PIVOTS = 256,   // pivots that a block keeps at hand
    ORDER = 4       // nodes that a point touches along each axis
};

#define ALL 0xffffffffu
#define INF __int_as_float(0x7f800000)
#define LINES (D == 1 ? 1 : D == 2 ? 4 : 16)
#define REACH (D == 3 ? 2 : 1)
#define THREAD ((i64)blockIdx.x * BLOCK + threadIdx.x)
#define THREADS ((i64)gridDim.x * BLOCK)

struct Point { float at[D]; };

__device__ inline Point point(const float *Y, i64 i) {
    Point y;
#if D == 2
    float2 both = ((const float2 *)Y)[i];  // one load
    y.at[0] = both.x, y.at[1] = both.y;
#else
    for (int k = 0; k < D; k++) y.at[k] = Y[i * D + k];
#endif
    return y;
}

__device__ inline float between(Point y, Point other, float r[D]) {  // their difference; its square
    float u = 0;
    for (int k = 0; k < D; k++) {
        r[k] = y.at[k] - other.at[k];
        u += r[k] * r[k];
    }
    return u;
}

// ---- sums ----

template <typename T> __device__ inline T over_lanes(T value, int lanes) {  // neighbouring threads, a power of two
    for (int step = lanes / 2; step > 0; step /= 2) value += __shfl_xor_sync(ALL, value, step);
    return value;
}

// Rows that a block sums over, begin..end, and the first that this card owns.
struct Span { i64 base, begin, end; };

// Of n rows in `n_blocks` blocks, for the block of this launch, whose first is `first_block`; none behind the last one.
__device__ inline Span span(i64 n, int first_block, int n_blocks) {
    Span rows;
    i64 b = first_block + (i64)blockIdx.x;
    rows.base = n * first_block / n_blocks, rows.begin = n * b / n_blocks;
    rows.end = b < n_blocks ? n * (b + 1) / n_blocks : n;
    return rows;
}

// Over all threads of all blocks: the greatest of the first M values, the sums of the others up to K. True in one
// thread, which has them in `value`. `partial` has room for K numbers a block, `counter` is 0 before and after. Several
// cards give no counter: each fills the `partial` of its blocks, and one block more adds up what all have.
template <int M, int K>
__device__ bool over_all(double *value, double *partial, u32 *counter, int first_block, int n_blocks) {
    __shared__ double warp[BLOCK / 32][K];
    __shared__ bool is_last;
    for (int pass = first_block == n_blocks; pass < 2; pass++) {
        if (pass == 1) {
            volatile double *of_blocks = partial;
            for (int k = 0; k < K; k++) {
                value[k] = k >= M ? 0.0 : -1e300;
                for (i64 b = threadIdx.x; b < n_blocks; b += BLOCK) {
                    double other = of_blocks[b * K + k];
                    value[k] = k >= M ? value[k] + other : other > value[k] ? other : value[k];
                }
            }
        }
        for (int k = 0; k < K; k++)
            for (int step = 16; step > 0; step /= 2) {
                double other = __shfl_xor_sync(ALL, value[k], step);
                value[k] = k >= M ? value[k] + other : other > value[k] ? other : value[k];
            }
        __syncthreads();
        if (threadIdx.x % 32 == 0)
            for (int k = 0; k < K; k++) warp[threadIdx.x / 32][k] = value[k];
        __syncthreads();
        if (threadIdx.x == 0)
            for (int w = 1; w < BLOCK / 32; w++)
                for (int k = 0; k < K; k++)
                    value[k] = k >= M ? value[k] + warp[w][k] : warp[w][k] > value[k] ? warp[w][k] : value[k];
        if (pass == 1) break;
        if (threadIdx.x == 0)
            for (int k = 0; k < K; k++) partial[(first_block + (i64)blockIdx.x) * K + k] = value[k];
        if (!counter) return false;
        if (threadIdx.x == 0) {
            __threadfence();
            is_last = atomicAdd(counter, 1u) == n_blocks - 1;
        }
        __syncthreads();
        if (!is_last) return false;
        __threadfence();
    }
    if (threadIdx.x == 0 && counter) *counter = 0;
    return threadIdx.x == 0;
}

// ---- attraction ----

// What entry `e` of P adds to the force on the node at y.
__device__ inline void add_entry(Point y, const float *Y, u32 j, float p, float even, float length, float f[D]) {
    float r[D], u = between(y, point(Y, j), r), w;
    if (even == 0) {
        w = p / (1 + u);
    } else {
        float now = sqrtf(fmaxf(u, 1e-30f)), inverse = 1 / ((1 + u) * now);
        w = p * (now * inverse + even * (1 - length * (1 + u) * inverse));
    }
    for (int k = 0; k < D; k++) f[k] += w * r[k];
}

// The weight of edges that are to be as long as SCALE, beside their attraction.
__device__ inline float evenness(const double *now, int is_even) {
    return is_even ? (float)(now[EVENNESS] / (now[EXAGGERATION] * now[SCALE])) : 0;
}

// F = attraction of the nodes whose rows have at most `hub` entries, `lanes` threads a row; of n rows, from row `base`
// of Y on.
extern "C" __global__ void attractive(const float *Y, i64 base, const i64 *indptr, const u32 *indices,
                                      const float *data, i64 n, int lanes, i64 hub, int is_even, const double *now,
                                      float *F) {
    if (now[HALTED] != 0) return;
    i64 i = THREAD / lanes, begin = 0, end = 0;
    float f[D] = {0}, even = evenness(now, is_even), length = (float)now[SCALE];
    if (i < n) begin = indptr[i], end = indptr[i + 1];
    bool is_mine = i < n && end - begin <= hub;
    if (is_mine) {
        Point y = point(Y, base + i);
        for (i64 e = begin + THREAD % lanes; e < end; e += lanes) add_entry(y, Y, indices[e], data[e], even, length, f);
    }
    for (int k = 0; k < D; k++) f[k] = over_lanes(f[k], lanes);
    if (is_mine && THREAD % lanes == 0)
        for (int k = 0; k < D; k++) F[i * D + k] = f[k];
}

// Of the longer rows, hubs, a block has `CHUNK` entries: chunks are (row, first entry, end), their forces `parts`.
extern "C" __global__ void attractive_hubs(const float *Y, i64 base, const i64 *chunks, const u32 *indices,
                                           const float *data, int is_even, const double *now, float *parts) {
    __shared__ float warp[BLOCK / 32][D];
    if (now[HALTED] != 0) return;
    const i64 *chunk = chunks + 3 * (i64)blockIdx.x;
    float f[D] = {0}, even = evenness(now, is_even), length = (float)now[SCALE];
    Point y = point(Y, base + chunk[0]);
    for (i64 e = chunk[1] + threadIdx.x; e < chunk[2]; e += BLOCK) add_entry(y, Y, indices[e], data[e], even, length, f);
    for (int k = 0; k < D; k++) {
        f[k] = over_lanes(f[k], 32);
        if (threadIdx.x % 32 == 0) warp[threadIdx.x / 32][k] = f[k];
    }
    __syncthreads();
    if (threadIdx.x < D) {
        float total = 0;
        for (int w = 0; w < BLOCK / 32; w++) total += warp[w][threadIdx.x];
        parts[(i64)blockIdx.x * D + threadIdx.x] = total;
    }
}

// F of the hubs (m,), whose chunks are first[h]..first[h + 1].
extern "C" __global__ void add_hubs(const i64 *hubs, const i64 *first, i64 m, const float *parts, const double *now,
                                    float *F) {
    i64 h = THREAD / D, k = THREAD % D;
    if (now[HALTED] != 0 || h >= m) return;
    float total = 0;
    for (i64 c = first[h]; c < first[h + 1]; c++) total += parts[c * D + k];
    F[hubs[h] * D + k] = total;
}

// now[CROSS] = sum of p log(1 + r^2) over the pairs i < j.
extern "C" __global__ void cross_entropy(const float *Y, const i64 *indptr, const u32 *indices, const float *data, i64 n,
                                         double *partial, u32 *counter, int first_block, int n_blocks, double *now) {
    double total[1] = {0};
    Span rows = span(n, first_block, n_blocks);
    for (i64 i = rows.begin + threadIdx.x / 32; i < rows.end; i += BLOCK / 32) {
        Point y = point(Y, i);
        for (i64 e = indptr[i - rows.base] + threadIdx.x % 32; e < indptr[i - rows.base + 1]; e += 32) {
            float r[D];
            if (indices[e] > i) total[0] += data[e] * log1p((double)between(y, point(Y, indices[e]), r));
        }
    }
    if (over_all<0, 1>(total, partial, counter, first_block, n_blocks)) now[CROSS] = total[0];
}

// ---- path lengths ----

// Which groups of pivots are due, and what the pull weighs: one thread. `squares` is the mean of 1 / d^2.
extern "C" __global__ void plan_looks(i64 n, int n_groups, double least_looks, double squares, double looks,
                                      double stiffest, double *now) {
    if (now[HALTED] != 0 || THREAD > 0) return;
    double weight = now[STRESS] / now[EXAGGERATION], pace = now[EXAGGERATION] * now[ETA] / n;
    double stiffness = pace * weight * squares / now[SCALE];
    double some = looks * stiffness > least_looks ? looks * stiffness : least_looks;
    double following = now[TURN] + (some < n_groups ? some : n_groups);
    now[DUE] = ceil(now[TURN]), now[STOP] = ceil(following), now[TURN] = following;
    now[PULL] = weight * (stiffness > stiffest ? stiffest / stiffness : 1.0) / n;
}

// The `number`-th look of an iteration, if it is due: move the mean `pull`, and fit SCALE. `pivots` are rows of Y,
// `inverses` (n, n_pivots) are in the order of the nodes, or, without an `order`, of own rows; `one` is what stands for
// 1 in them; `share` is what a look counts in the mean.
extern "C" __global__ void move_pull(const float *Y, const i64 *order, i64 n, const i64 *pivots, const u16 *inverses,
                                     i64 n_pivots, int n_groups, int number, double one, double share, int lanes,
                                     float *pull, double *partial, u32 *counter, int first_block, int n_blocks,
                                     double *now) {
    __shared__ float places[PIVOTS][D];
    i64 due = (i64)now[DUE] + number;
    if (now[HALTED] != 0 || due >= (i64)now[STOP]) return;
    i64 group = due % n_groups, first = n_pivots * group / n_groups, stop = n_pivots * (group + 1) / n_groups;
    float inv_scale = (float)(1 / (now[SCALE] * one)), part = (float)(share / (one * (stop - first)));
    double total[2] = {0, 0};
    Span rows = span(n, first_block, n_blocks);
    i64 rounds = ((rows.end - rows.begin) * lanes + BLOCK - 1) / BLOCK;
    for (i64 round = 0; round < rounds; round++) {  // all threads go as often round, for they share places and sums
        i64 r = rows.begin + (round * BLOCK + threadIdx.x) / lanes, mine = r - rows.base;
        int lane = threadIdx.x % lanes;
        float t[D] = {0}, s1 = 0, s2 = 0;
        for (i64 some = first; some < stop; some += PIVOTS) {
            i64 size = stop - some < PIVOTS ? stop - some : PIVOTS;
            if (round == 0 || stop - first > PIVOTS) {
                __syncthreads();
                for (i64 q = threadIdx.x; q < size * D; q += BLOCK)
                    places[q / D][q % D] = Y[pivots[some + q / D] * D + q % D];
                __syncthreads();
            }
            if (r >= rows.end) continue;
            Point y = point(Y, r);
            const u16 *lengths = inverses + (order ? order[r] : mine) * n_pivots + some;
            for (i64 p = lane; p < size; p += lanes) {
                float away[D], u = 0;
                for (int k = 0; k < D; k++) away[k] = y.at[k] - places[p][k], u += away[k] * away[k];
                float inv_e = 1 / sqrtf(fmaxf(u, 1e-30f)), inv_path = lengths[p], ratio = u * inv_e * inv_path;
                s1 += ratio, s2 += ratio * ratio;
                float w = (ratio * inv_scale - 1) * inv_path * inv_e;
                for (int k = 0; k < D; k++) t[k] += w * away[k];
            }
        }
        for (int k = 0; k < D; k++) t[k] = over_lanes(t[k], lanes);
        s1 = over_lanes(s1, lanes), s2 = over_lanes(s2, lanes);
        if (r < rows.end && lane == 0) {
            for (int k = 0; k < D; k++) {
                float mean = pull[mine * D + k];
                pull[mine * D + k] = mean + (part * t[k] - (float)share * mean);
            }
            total[0] += s2, total[1] += s1;
        }
    }
    if (over_all<0, 2>(total, partial, counter, first_block, n_blocks)) {
        double fitted = total[0] / total[1] / one;
        if (total[0] > 0 && fitted < 1e300) now[SCALE] = fitted;  // not where squares of the smallest distances vanish
    }
}

// ---- the grid ----

// The box and the mean of the points, and with them the ORIGIN of a grid of cells of side h; OUTGROWN where the points
// and their stencils have no room on it, DIVERGED where one is no number, or beyond `farthest`. Without a grid h is 0.
extern "C" __global__ void bounding_box(const float *Y, i64 n, double h, int shape0, int shape1, int shape2,
                                        double farthest, double *partial, u32 *counter, double *now) {
    if (now[HALTED] != 0) return;
    double value[3 * D];
    for (int k = 0; k < D; k++) value[k] = value[D + k] = -1e300, value[2 * D + k] = 0;
    for (i64 i = THREAD; i < n; i += THREADS) {
        Point y = point(Y, i);
        for (int k = 0; k < D; k++) {
            value[k] = fmax(value[k], -(double)y.at[k]);
            value[D + k] = fmax(value[D + k], (double)y.at[k]);
            value[2 * D + k] += y.at[k];
        }
    }
    if (!over_all<2 * D, 3 * D>(value, partial, counter, 0, gridDim.x)) return;
    int shape[3] = {shape0, shape1, shape2};
    bool is_sound = true;
    for (int k = 0; k < D; k++) {
        double low = -value[k], high = value[D + k], total = value[2 * D + k];
        now[LOW + k] = low, now[HIGH + k] = high, now[MEAN + k] = total / n;
        now[ORIGIN + k] = (float)((low + high) / 2 - (shape[k] - 1) * h / 2);
        if (h > 0 && (high - low) / h + ORDER > shape[k] && now[HALTED] == 0) now[HALTED] = OUTGROWN;
        is_sound = is_sound && isfinite(total) && -low < farthest && high < farthest;
    }
    if (!is_sound) now[HALTED] = DIVERGED, now[NORM] = INF, now[DONE] += 1;
}

__device__ inline void spline(float f, float w[4]) {
    float g = 1 - f, sixth = 1.0f / 6;
    w[0] = g * g * g * sixth;
    w[1] = (4 + f * f * (3 * f - 6)) * sixth;
    w[2] = (4 + g * g * (3 * g - 6)) * sixth;
    w[3] = f * f * f * sixth;
}

__device__ inline void spline_slope(float f, float w[4]) {
    float g = 1 - f;
    w[0] = -g * g * 0.5f;
    w[1] = f * (1.5f * f - 2);
    w[2] = g * (2 - 1.5f * g);
    w[3] = f * f * 0.5f;
}

// First node of the stencil along an axis of `size` nodes, always inside, and what fraction of a cell is left.
__device__ inline int first_node(float y, double origin, float inv_h, int size, float *f) {
    float x = (y - (float)origin) * inv_h;
    int cell = (int)x;
    cell = cell < 1 ? 1 : cell > size - 3 ? size - 3 : cell;
    *f = x - cell;
    return cell - 1;
}

// Add one at each point to the charges Q, multiples of 2^-23 in whole numbers. A block adds up its own points first,
// neighbours in the picture mostly, in a patch of the grid, if that is small enough: one addition to the grid for many.
extern "C" __global__ void spread(const float *Y, i64 n, float inv_h, int shape0, int shape1, int shape2,
                                  const double *now, u64 *Q) {
    __shared__ u32 patch[PATCH];
    __shared__ float weight[D][ORDER][BLOCK];
    __shared__ int low[D], high[D];
    if (now[HALTED] != 0) return;
    int shape[3] = {shape0, shape1, shape2}, first[D], t = threadIdx.x;
    i64 i = THREAD;
    if (t < D) low[t] = 0x7fffffff, high[t] = -1;
    __syncthreads();
    if (i < n) {
        for (int k = 0; k < D; k++) {
            float f, w[ORDER];
            first[k] = first_node(Y[i * D + k], now[ORIGIN + k], inv_h, shape[k], &f);
            spline(f, w);
            for (int a = 0; a < ORDER; a++) weight[k][a][t] = w[a];
            atomicMin(&low[k], first[k]), atomicMax(&high[k], first[k]);
        }
    }
    __syncthreads();
    i64 size = 1;
    int width[D];
    for (int k = 0; k < D; k++) width[k] = high[k] - low[k] + ORDER, size *= width[k];
    bool is_patch = size <= PATCH;
    if (is_patch)
        for (int q = t; q < size; q += BLOCK) patch[q] = 0;
    __syncthreads();
    if (i < n) {
        for (int r = 0; r < LINES * ORDER; r++) {
            int digits = (r + t) % (LINES * ORDER), a[D];  // threads of one cell begin at different nodes
            for (int k = D - 1; k >= 0; k--) a[k] = digits % ORDER, digits /= ORDER;
            float product = weight[0][a[0]][t];
            i64 node = is_patch ? first[0] - low[0] + a[0] : first[0] + a[0];
            for (int k = 1; k < D; k++) {
                product = product * weight[k][a[k]][t];
                node = node * (is_patch ? width[k] : shape[k]) + (is_patch ? first[k] - low[k] : first[k]) + a[k];
            }
            u32 charge = (u32)__float2int_rn(product * 8388608.0f);
            if (is_patch) atomicAdd(&patch[node], charge);
            else atomicAdd(&Q[node], (u64)charge);
        }
    }
    __syncthreads();
    if (!is_patch) return;
    for (int q = t; q < size; q += BLOCK) {
        if (patch[q] == 0) continue;
        int digits = q;
        i64 node = 0, stride = 1;
        for (int k = D - 1; k >= 0; k--) {
            node += (low[k] + digits % width[k]) * stride;
            digits /= width[k], stride *= shape[k];
        }
        atomicAdd(&Q[node], (u64)patch[q]);
    }
}

// Charges as float32, lines of `m` nodes padded to `period`; Q is 0 again.
extern "C" __global__ void to_charges(u64 *Q, i64 size, int m, int period, int m_planes, int period_planes,
                                      const double *now, float *charges) {
    if (now[HALTED] != 0) return;
    for (i64 q = THREAD; q < size; q += THREADS) {
        i64 line = q / m;
        line += line / m_planes * (period_planes - m_planes);
        charges[line * period + q % m] = (float)((double)Q[q] * (1.0 / 8388608.0));
        Q[q] = 0;
    }
}

// waves *= spectrum, `size` complex numbers.
extern "C" __global__ void multiply(float *waves, const float *spectrum, i64 size) {
    for (i64 q = THREAD; q < size; q += THREADS) {
        float2 *wave = (float2 *)waves + q;
        float factor = spectrum[q];
        float2 now = *wave;
        now.x *= factor, now.y *= factor;
        *wave = now;
    }
}

// The smooth part of the kernel, beyond R, at the nodes of a padded grid of cells of side h.
extern "C" __global__ void smooth_kernel(int period0, int period1, int period2, double h, double R, double *K) {
    int period[3] = {period0, period1, period2};
    i64 size = 1;
    for (int k = 0; k < D; k++) size *= period[k];
    for (i64 q = THREAD; q < size; q += THREADS) {
        i64 digits = q;
        double u = 0;
        for (int k = D - 1; k >= 0; k--) {
            i64 m = digits % period[k];
            m = m < period[k] - m ? m : period[k] - m;
            u += (m * h) * (m * h);
            digits /= period[k];
        }
        double t = R * R > u ? (R * R - u) / (1 + R * R) : 0;
        K[q] = (1 - t * t * t) / (1 + u);
    }
}

// Its transform over that of the spline, squared, and over the number of nodes, as both transforms have no factor.
extern "C" __global__ void to_spectrum(const double *waves, int period0, int period1, int period2, float *spectrum) {
    int period[3] = {period0, period1, period2}, last = period[D - 1] / 2 + 1;
    i64 size = last;
    double nodes = period[D - 1];
    for (int k = 0; k < D - 1; k++) size *= period[k], nodes *= period[k];
    for (i64 q = THREAD; q < size; q += THREADS) {
        i64 digits = q;
        double factor = nodes;
        for (int k = D - 1; k >= 0; k--) {
            i64 m = digits % (k == D - 1 ? last : period[k]);
            double along = (2 + cospi(2.0 * m / period[k])) / 3;
            factor *= along * along;
            digits /= k == D - 1 ? last : period[k];
        }
        spectrum[q] = (float)(waves[2 * q] / factor);
    }
}

// F = scale * gradient of the spline of V, in lines of `period` nodes, and what `near` pairs do, if any; PHI and DRIFT.
extern "C" __global__ void gather(const float *Y, i64 n, float inv_h, int shape0, int shape1, int shape2, int period1,
                                  int period2, const float *V, float scale, const float *near, float *F,
                                  double *partial, u32 *counter, int first_block, int n_blocks, double *now) {
    if (now[HALTED] != 0) return;
    int shape[3] = {shape0, shape1, shape2}, period[3] = {0, period1, period2};
    double total[D + 1] = {0};
    Span rows = span(n, first_block, n_blocks);
    for (i64 i = rows.begin + threadIdx.x; i < rows.end; i += BLOCK) {
        Point y = point(Y, i);
        i64 mine = i - rows.base;
        float w[D][ORDER], slope[D][ORDER], value = 0, f[D] = {0};
        i64 base = 0;
        for (int k = 0; k < D; k++) {
            float fraction;
            int first = first_node(y.at[k], now[ORIGIN + k], inv_h, shape[k], &fraction);
            spline(fraction, w[k]), spline_slope(fraction, slope[k]);
            base = base * period[k] + first;
        }
#pragma unroll
        for (int r = 0; r < LINES; r++) {
            int digits = r;
            float product = 1, sloped[D];
            i64 node = base, stride = period[D - 1];
            for (int t = 0; t < D; t++) sloped[t] = 1;
#pragma unroll
            for (int k = D - 2; k >= 0; k--) {
                int a = digits % ORDER;
                digits /= ORDER;
                product *= w[k][a], node += a * stride, stride *= period[k];
                for (int t = 0; t < D - 1; t++) sloped[t] *= t == k ? slope[k][a] : w[k][a];
            }
            float level = 0, rise = 0;
            for (int a = 0; a < ORDER; a++) {
                float v = V[node + a];
                level += v * w[D - 1][a], rise += v * slope[D - 1][a];
            }
            value += product * level, f[D - 1] += product * rise;
            for (int t = 0; t < D - 1; t++) f[t] += sloped[t] * level;
        }
        total[0] += value;
        if (near) total[0] += near[mine * (D + 1) + D];
        for (int k = 0; k < D; k++) {
            F[mine * D + k] = near ? scale * f[k] + near[mine * (D + 1) + k] : scale * f[k];
            total[k + 1] += scale * f[k];
        }
    }
    if (over_all<0, D + 1>(total, partial, counter, first_block, n_blocks)) {
        now[PHI] = total[0];
        for (int k = 0; k < D; k++) now[DRIFT + k] = total[k + 1] / n;
    }
}

// ---- near pairs ----

// The cell of each point, and how many points a cell has.
extern "C" __global__ void count_cells(const float *Y, i64 n, float inv_side, int shape0, int shape1, int shape2,
                                       const double *now, u32 *cell, u32 *counts) {
    int shape[3] = {shape0, shape1, shape2};
    i64 i = THREAD;
    if (now[HALTED] != 0 || i >= n) return;
    u32 c = 0;
    for (int k = 0; k < D; k++) {
        int along = (int)((Y[i * D + k] - (float)now[LOW + k]) * inv_side);
        along = along < 0 ? 0 : along > shape[k] - 1 ? shape[k] - 1 : along;
        c = c * shape[k] + along;
    }
    cell[i] = c;
    atomicAdd(&counts[c], 1u);
}

// Sums of the TILEs of counts; then, of the last block, where each tile begins.
extern "C" __global__ void sum_tiles(const u32 *counts, i64 n_cells, u32 *tiles, u32 *counter, const double *now) {
    __shared__ u32 sums[BLOCK];
    __shared__ bool is_last;
    if (now[HALTED] != 0) return;
    u32 total = 0;
    for (i64 c = (i64)blockIdx.x * TILE + threadIdx.x; c < n_cells && c < (i64)(blockIdx.x + 1) * TILE; c += BLOCK)
        total += counts[c];
    sums[threadIdx.x] = total;
    __syncthreads();
    if (threadIdx.x == 0) {
        total = 0;
        for (int t = 0; t < BLOCK; t++) total += sums[t];
        tiles[blockIdx.x] = total;
        __threadfence();
        is_last = atomicAdd(counter, 1u) == gridDim.x - 1;
    }
    __syncthreads();
    if (!is_last) return;
    __threadfence();
    volatile u32 *of_blocks = tiles;
    i64 each = (gridDim.x + BLOCK - 1) / BLOCK, begin = threadIdx.x * each;
    total = 0;
    for (i64 b = begin; b < begin + each && b < gridDim.x; b++) total += of_blocks[b];
    sums[threadIdx.x] = total;
    __syncthreads();
    u32 before = 0;
    for (int t = 0; t < threadIdx.x; t++) before += sums[t];
    for (i64 b = begin; b < begin + each && b < gridDim.x; b++) {
        u32 here = of_blocks[b];
        of_blocks[b] = before;
        before += here;
    }
    if (threadIdx.x == 0) *counter = 0;
}

// Where each cell begins and the last ends; `next` is the same, for `place`, and counts are 0 again. A block has a tile.
extern "C" __global__ void cell_starts(u32 *counts, i64 n_cells, const u32 *tiles, const double *now, u32 *start,
                                       u32 *next) {
    __shared__ u32 sums[BLOCK];
    if (now[HALTED] != 0) return;
    const int each = TILE / BLOCK;
    i64 begin = (i64)blockIdx.x * TILE + threadIdx.x * each;
    u32 total = 0;
    for (i64 c = begin; c < begin + each && c < n_cells; c++) total += counts[c];
    sums[threadIdx.x] = total;
    __syncthreads();
    u32 before = tiles[blockIdx.x];
    for (int t = 0; t < threadIdx.x; t++) before += sums[t];
    for (i64 c = begin; c < begin + each && c < n_cells; c++) {
        u32 here = counts[c];
        start[c] = next[c] = before;
        counts[c] = 0;
        before += here;
        if (c == n_cells - 1) start[n_cells] = before;
    }
}

// The points of each cell, in any order.
extern "C" __global__ void place(const u32 *cell, i64 n, const double *now, u32 *next, u32 *members) {
    i64 i = THREAD;
    if (now[HALTED] != 0 || i >= n) return;
    members[atomicAdd(&next[cell[i]], 1u)] = (u32)i;
}

// The points of each cell in the order of their numbers, and their places X (n, D).
extern "C" __global__ void settle(const float *Y, const u32 *cell, i64 n, const u32 *start, const u32 *members,
                                  const double *now, u32 *order, float *X) {
    i64 s = THREAD;
    if (now[HALTED] != 0 || s >= n) return;
    u32 i = members[s], c = cell[i], to = start[c];
    for (u32 q = start[c]; q < start[c + 1]; q++) to += members[q] < i;
    order[to] = i;
    for (int k = 0; k < D; k++) X[(i64)to * D + k] = Y[(i64)i * D + k];
}

// Where points in reach of those in a cell begin and end, for the `run`-th run of neighbouring cells; none outside.
#define RUNS (D == 1 ? 1 : D == 2 ? 3 : 25)
__device__ inline void in_reach(u32 cell, int run, const int *shape, const u32 *start, i64 *begin, i64 *end) {
    int place[D];
    i64 rest = cell, middle = cell, stride = shape[D - 1];
    *begin = *end = 0;
    for (int k = D - 1; k >= 0; k--) place[k] = (int)(rest % shape[k]), rest /= shape[k];
    for (int k = D - 2; k >= 0; k--) {
        int step = run % (2 * REACH + 1) - REACH;
        run /= 2 * REACH + 1;
        if (place[k] + step < 0 || place[k] + step >= shape[k]) return;
        middle += step * stride, stride *= shape[k];
    }
    int along = place[D - 1], before = along < REACH ? along : REACH, behind = shape[D - 1] - 1 - along;
    *begin = start[middle - before], *end = start[middle + (behind < REACH ? behind : REACH) + 1];
}

// Add what one point does to another: the kernel times t^3, or all of it (r2 infinite).
__device__ inline void push(Point y, Point other, float r2, float c, float *phi, float f[D]) {
    float r[D], u = between(y, other, r), K = __fdividef(1, 1 + u), g = K * K;
    if (r2 < INF) {
        float t = fmaxf(r2 - u, 0) * c, tt = t * t;
        *phi += K * tt * t;
        g = K * tt * (3 * c + t * K);
    } else {
        *phi += K;
    }
    for (int k = 0; k < D; k++) f[k] += g * r[k];
}

// The short-ranged force on each point i from `first` to `stop` and its potential, near[i - first] (D + 1); `lanes`
// threads a point, in the order of the cells.
extern "C" __global__ void near_pairs(const float *X, const u32 *order, const u32 *cell, i64 n, const u32 *start,
                                      int shape0, int shape1, int shape2, float r2, float c, int lanes, i64 first,
                                      i64 stop, const double *now, float *near) {
    if (now[HALTED] != 0) return;
    int shape[3] = {shape0, shape1, shape2};
    i64 s = THREAD / lanes, i = s < n ? order[s] : stop, pending = 0;
    int lane = threadIdx.x % lanes;
    bool is_mine = first <= i && i < stop;
    double total[D + 1] = {0};
    float phi = 0, f[D] = {0};
    if (is_mine) {
        Point y = point(X, s);
        for (int run = 0; run < RUNS; run++) {
            i64 begin, end;
            in_reach(cell[i], run, shape, start, &begin, &end);
            for (i64 some = begin; some < end; some += CHUNK) {
                i64 last = end < some + CHUNK ? end : some + CHUNK;
                for (i64 j = some + lane; j < last; j += lanes) push(y, point(X, j), r2, c, &phi, f);
                pending += last - some;
                if (pending >= CHUNK) {
                    total[D] += phi, phi = 0, pending = 0;
                    for (int k = 0; k < D; k++) total[k] += f[k], f[k] = 0;
                }
            }
        }
    }
    total[D] += phi;
    for (int k = 0; k < D; k++) total[k] = over_lanes(total[k] + f[k], lanes);
    total[D] = over_lanes(total[D], lanes);
    if (is_mine && lane == 0)
        for (int k = 0; k <= D; k++) near[(i - first) * (D + 1) + k] = (float)total[k];
}

// F = sum of K^2 (y_i - y_j) over all pairs; PHI. No error of a grid is in it: DRIFT is 0.
extern "C" __global__ void add_all_pairs(const float *Y, i64 n, int lanes, float *F, double *partial, u32 *counter,
                                         int first_block, int n_blocks, double *now) {
    if (now[HALTED] != 0) return;
    double potential[1] = {0};
    Span rows = span(n, first_block, n_blocks);
    i64 rounds = ((rows.end - rows.begin) * lanes + BLOCK - 1) / BLOCK;
    for (i64 round = 0; round < rounds; round++) {
        i64 i = rows.begin + (round * BLOCK + threadIdx.x) / lanes;
        int lane = threadIdx.x % lanes;
        double total[D + 1] = {0};
        if (i < rows.end) {
            Point y = point(Y, i);
            for (i64 some = 0; some < n; some += CHUNK) {
                i64 stop = n < some + CHUNK ? n : some + CHUNK;
                float phi = 0, f[D] = {0};
                for (i64 j = some + lane; j < stop; j += lanes) push(y, point(Y, j), INF, 0, &phi, f);
                total[D] += phi;
                for (int k = 0; k < D; k++) total[k] += f[k];
            }
        }
        for (int k = 0; k <= D; k++) total[k] = over_lanes(total[k], lanes);
        if (i < rows.end && lane == 0) {
            for (int k = 0; k < D; k++) F[(i - rows.base) * D + k] = (float)total[k];
            potential[0] += total[D];
        }
    }
    if (over_all<0, 1>(potential, partial, counter, first_block, n_blocks)) {
        now[PHI] = potential[0];
        for (int k = 0; k < D; k++) now[DRIFT + k] = 0;
    }
}

// What near pairs would cost: PAIRS in reach of all cells, VISITS of cells that hold points.
extern "C" __global__ void near_work(const u32 *start, i64 n_cells, int shape0, int shape1, int shape2, double *partial,
                                     u32 *counter, double *now) {
    int shape[3] = {shape0, shape1, shape2};
    double total[2] = {0, 0};
    for (i64 c = THREAD; c < n_cells; c += THREADS) {
        i64 size = start[c + 1] - start[c], near = 0;
        if (size == 0) continue;
        for (int run = 0; run < RUNS; run++) {
            i64 begin, end;
            in_reach((u32)c, run, shape, start, &begin, &end);
            near += end - begin;
        }
        total[0] += (double)size * near, total[1] += 1;
    }
    if (over_all<0, 2>(total, partial, counter, 0, gridDim.x)) now[PAIRS] = total[0], now[VISITS] = total[1];
}

// ---- the step ----

// One step of the coordinates of own rows; NORM. With `is_held` the picture is not moved as a whole, and coordinates
// take the share `mobile` of a step. Coordinates beyond `farthest` count as infinite.
extern "C" __global__ void step(float *Y, float *velocity, float *gain, const float *pull, const float *F_attr,
                                const float *F_rep, const float *mobile, i64 n, int is_stressed, int is_held,
                                float farthest, double *partial, u32 *counter, int first_block, int n_blocks,
                                double *now) {
    if (now[HALTED] != 0) return;
    double Z = now[PHI] - n;
    float inv_Z = (float)(1 / (Z > 1.1754943508222875e-38 ? Z : 1.1754943508222875e-38));
    float exaggeration = (float)now[EXAGGERATION], eta = (float)now[ETA], momentum = (float)now[MOMENTUM];
    float max_step = (float)now[MAX_STEP], max_gain = (float)now[MAX_GAIN], weight = (float)now[PULL];
    double norm[1] = {0};
    Span rows = span(n, first_block, n_blocks);
    Y += rows.base * D;
    for (i64 q = (rows.begin - rows.base) * D + threadIdx.x; q < (rows.end - rows.base) * D; q += BLOCK) {
        float drift = (float)now[DRIFT + q % D], centre = is_held ? 0 : (float)now[MEAN + q % D];
        float attr = is_stressed ? F_attr[q] + weight * pull[q] : F_attr[q];
        float g = exaggeration * attr - (F_rep[q] - drift) * inv_Z, v = velocity[q], a = gain[q];
        a = g * v > 0 ? fmaxf(a * 0.8f, 0.01f) : fminf(a + 0.2f, max_gain);
        v = fminf(fmaxf(momentum * v - eta * a * g, -max_step), max_step);
        if (is_held) v *= mobile[q];
        float y = Y[q] + (v - centre);
        Y[q] = y, velocity[q] = v, gain[q] = a;
        norm[0] += fabsf(y) < farthest ? (double)g * g : (double)INF;
    }
    if (over_all<0, 1>(norm, partial, counter, first_block, n_blocks)) {
        now[NORM] = norm[0], now[DONE] += 1;
        if (!isfinite(norm[0])) now[HALTED] = DIVERGED;
    }
}

// ---- orders ----

// Places of points on the Z-curve, `bits` bits of each coordinate, and behind these the number of the point.
extern "C" __global__ void interleave(const float *Y, i64 n, double per_unit, int bits, int row_bits, const double *now,
                                      u64 *code) {
    i64 i = THREAD;
    if (i >= n) return;
    u64 total = 0;
    double last = exp2((double)bits) - 1;
    for (int k = 0; k < D; k++) {
        u64 cell = (u64)fmin((Y[i * D + k] - now[LOW + k]) * per_unit, last);
        for (int bit = 0; bit < bits; bit++) total |= ((cell >> bit) & 1) << (D * bit + D - 1 - k);
    }
    code[i] = total << row_bits | (u64)i;
}

// Rows of the matrix with the row order[r] as row r, a warp a row; entries keep their order.
extern "C" __global__ void copy_rows(const i64 *indptr, const u32 *indices, const float *data, i64 n, const i64 *order,
                                     const i64 *rank, const i64 *new_indptr, u32 *new_indices, float *new_data) {
    i64 r = THREAD / 32;
    if (r >= n) return;
    i64 from = indptr[order[r]], to = new_indptr[r], size = new_indptr[r + 1] - to;
    for (i64 e = THREAD % 32; e < size; e += 32) {
        new_indices[to + e] = (u32)rank[indices[from + e]];
        new_data[to + e] = data[from + e];
    }
}

// The joint distribution P (affinity.py) on a graphics card, in float64 until its entries are added up.
//
// Matrices are in CSR, columns ascending: `indptr` (n + 1) and `indices`. Where a thread has an entry, or a warp, its
// row is searched for; so a hub's entries are dealt out as all others are. Sums have a fixed order: same bits each time.

// The row of the entry e.
__device__ inline i64 row_of(const i64 *indptr, i64 n, i64 e) {
    i64 low = 0, high = n;
    while (high - low > 1) {
        i64 middle = (low + high) / 2;
        if (indptr[middle] <= e) low = middle;
        else high = middle;
    }
    return low;
}

// Where the column j is among the entries first..stop of a row, or would be.
__device__ inline i64 place_of(const u32 *indices, i64 first, i64 stop, u32 j) {
    while (first < stop) {
        i64 middle = (first + stop) / 2;
        if (indices[middle] < j) first = middle + 1;
        else stop = middle;
    }
    return first;
}

// What stands at (i, j), 0 if there is no such entry.
__device__ inline double value_at(const i64 *indptr, const u32 *indices, const double *values, i64 i, u32 j) {
    i64 stop = indptr[i + 1], e = place_of(indices, indptr[i], stop, j);
    return e < stop && indices[e] == j ? values[e] : 0;
}

// How many neighbours two nodes share, whose rows these are, the second the shorter one: a warp counts.
__device__ inline u32 shared_neighbors(const u32 *indices, i64 first, i64 stop, i64 begin, i64 end) {
    u32 common = 0;
    for (i64 q = begin + THREAD % 32; q < end; q += 32) {
        i64 place = place_of(indices, first, stop, indices[q]);
        common += place < stop && indices[place] == indices[q];
    }
    return over_lanes(common, 32);
}

// ---- weights ----

// Jaccard indices of the entries of a symmetric pattern, none below `eps`: a warp has an entry, and looks for the
// neighbours of its end of smaller degree (ties: index) among those of the other. Both ends get what it finds.
extern "C" __global__ void jaccard(const i64 *indptr, const u32 *indices, i64 n, double eps, double *weights) {
    i64 e = THREAD / 32;
    if (e >= indptr[n]) return;
    i64 i = row_of(indptr, n, e), j = indices[e];
    i64 first = indptr[i], stop = indptr[i + 1], degree = stop - first, other = indptr[j + 1] - indptr[j];
    if (other > degree || (other == degree && j > i)) return;
    u32 common = shared_neighbors(indices, first, stop, indptr[j], indptr[j + 1]);
    if (THREAD % 32 != 0) return;
    double w = common / (double)(degree + other - common);
    w = w > eps ? w : eps;
    weights[e] = w, weights[place_of(indices, indptr[j], indptr[j + 1], (u32)i)] = w;
}

// Of the weights of a pattern those of some of its entries, which are the rows of `own`.
extern "C" __global__ void take_weights(const i64 *indptr, const u32 *indices, const double *weights, i64 n,
                                        const i64 *own_indptr, const u32 *own_indices, double *own_weights) {
    i64 e = THREAD;
    if (e >= own_indptr[n]) return;
    own_weights[e] = value_at(indptr, indices, weights, row_of(own_indptr, n, e), own_indices[e]);
}

// ---- rows ----

struct Warp {  // that has a row
    __device__ int rank() { return threadIdx.x % 32; }
    __device__ int size() { return 32; }
    __device__ double sum(double value) { return over_lanes(value, 32); }
    __device__ double greatest(double value) {
        for (int step = 16; step > 0; step /= 2) value = fmax(value, __shfl_xor_sync(ALL, value, step));
        return value;
    }
};

struct Whole {  // block that has a row
    __device__ int rank() { return threadIdx.x; }
    __device__ int size() { return BLOCK; }
    __device__ double *shared(double value) {
        __shared__ double of_warps[BLOCK / 32];
        __syncthreads();
        if (threadIdx.x % 32 == 0) of_warps[threadIdx.x / 32] = value;
        __syncthreads();
        return of_warps;
    }
    __device__ double sum(double value) {
        double *of_warps = shared(over_lanes(value, 32)), total = 0;
        for (int w = 0; w < BLOCK / 32; w++) total += of_warps[w];
        return total;
    }
    __device__ double greatest(double value) {
        double *of_warps = shared(Warp().greatest(value)), most = of_warps[0];
        for (int w = 1; w < BLOCK / 32; w++) most = fmax(most, of_warps[w]);
        return most;
    }
};

// The gamma with sum exp(gamma log p) = lambda, from a cubic and by Newton's method in a bracket (affinity.py).
template <typename Team>
__device__ double solve_gamma(Team team, const double *log_p, i64 m, double entropy, double lam, double tolerance,
                              int most) {
    double low = 0, high = 1, target = log(lam), whole = log((double)m), all = 0;
    for (i64 e = team.rank(); e < m; e += team.size()) all += log_p[e];
    all = team.sum(all);
    double u = 1 - target / whole;
    double gamma = u * u * (3 - 2 * u) + whole * u * (1 - u) * (u / -entropy - (1 - u) * m / all);
    if (!(low < gamma && gamma < high)) gamma = 0.5;
    for (int round = 0; round < most; round++) {
        double total = 0, slope = 0;
        for (i64 e = team.rank(); e < m; e += team.size()) {
            double term = exp(gamma * log_p[e]);
            total += term, slope += term * log_p[e];
        }
        total = team.sum(total), slope = team.sum(slope);
        double excess = log(total) - target;
        if (fabs(excess) < tolerance) break;
        if (excess > 0) low = gamma;
        else high = gamma;
        double step = gamma - excess * total / slope;
        gamma = low < step && step < high ? step : 0.5 * (low + high);
    }
    return gamma;
}

// Weights p (m) of a row, made stochastic, and rescaled where `lam` is not 0; a thread reads what it wrote itself.
template <typename Team>
__device__ void rescale(Team team, double *p, i64 m, double lam, double share, double tolerance, int most) {
    const double least = 2.2250738585072014e-308;
    double greatest = 0, total = 0;
    for (i64 e = team.rank(); e < m; e += team.size()) greatest = fmax(greatest, p[e]);
    greatest = team.greatest(greatest);
    for (i64 e = team.rank(); e < m; e += team.size()) total += p[e] /= greatest;
    total = team.sum(total);
    if (lam > 0) {
        double entropy = 0, gamma = 0, own = fmin(lam, 1 + share * (m - 1));
        for (i64 e = team.rank(); e < m; e += team.size()) {
            double q = fmax(p[e] / total, least);
            p[e] = log(q), entropy -= q * p[e];
        }
        entropy = team.sum(entropy);
        if (m > own) gamma = solve_gamma(team, p, m, entropy, own, tolerance, most);
        total = 0;
        for (i64 e = team.rank(); e < m; e += team.size()) total += p[e] = exp(gamma * p[e]);
        total = team.sum(total);
    }
    for (i64 e = team.rank(); e < m; e += team.size()) p[e] /= total;
}

// Rows of at most `hub` entries, a warp each.
extern "C" __global__ void rescale_rows(const i64 *indptr, i64 n, i64 hub, double lam, double share,
                                        double tolerance, int most, double *p) {
    i64 i = THREAD / 32;
    if (i >= n) return;
    i64 m = indptr[i + 1] - indptr[i];
    if (m > 0 && m <= hub) rescale(Warp(), p + indptr[i], m, lam, share, tolerance, most);
}

// The longer rows, `hubs`, a block each.
extern "C" __global__ void rescale_hubs(const i64 *hubs, const i64 *indptr, double lam, double share,
                                        double tolerance, int most, double *p) {
    i64 i = hubs[blockIdx.x];
    rescale(Whole(), p + indptr[i], indptr[i + 1] - indptr[i], lam, share, tolerance, most);
}

// data = scale (p + p') at the entries of a symmetric pattern; p has its own.
extern "C" __global__ void join(const i64 *indptr, const u32 *indices, i64 n, const i64 *own_indptr,
                                const u32 *own_indices, const double *p, double scale, float *data) {
    i64 e = THREAD;
    if (e >= indptr[n]) return;
    i64 i = row_of(indptr, n, e);
    u32 j = indices[e];
    double there = value_at(own_indptr, own_indices, p, i, j), back = value_at(own_indptr, own_indices, p, j, (u32)i);
    data[e] = (float)(scale * (there + back));
}

// ---- sums of all entries ----

// sums[b] of the items that the block has, `each` of them.
template <typename Item> __device__ void add_up(Item item, i64 m, i64 each, double *sums) {
    double total = 0;
    i64 stop = (i64)(blockIdx.x + 1) * each;
    for (i64 q = (i64)blockIdx.x * each + threadIdx.x; q < stop && q < m; q += BLOCK) total += item(q);
    total = Whole().sum(total);
    if (threadIdx.x == 0) sums[blockIdx.x] = total;
}

extern "C" __global__ void add_numbers(const double *numbers, i64 m, i64 each, double *sums) {
    add_up([=](i64 q) { return numbers[q]; }, m, each, sums);
}

// Sums of p, or of p log p.
extern "C" __global__ void add_entries(const float *data, i64 m, int is_entropy, i64 each, double *sums) {
    add_up([=](i64 q) {
        double p = data[q];
        return !is_entropy ? p : p > 0 ? p * log(p) : 0.0;
    }, m, each, sums);
}

// ---- who is alike whom (twins.py) ----

// A word for the neighbourhood of each node, and the sum of its numbers: neither has an order.
extern "C" __global__ void describe(const i64 *indptr, const u32 *indices, i64 n, const u64 *numbers, u64 *words,
                                    u64 *sums) {
    i64 e = THREAD;
    if (e >= indptr[n]) return;
    i64 i = row_of(indptr, n, e);
    u64 number = numbers[indices[e]];
    atomicOr(&words[i], 1ull << (number >> 58));
    atomicAdd(&sums[i], number);
}

// The greatest Jaccard index of each node's neighbourhood and a neighbour's, own nodes counted in, of at least `least`.
// Indices are above 0, so they are in the order of their bits. A warp has an entry; words tell where it need not count.
extern "C" __global__ void look_around(const i64 *indptr, const u32 *indices, i64 n, const u64 *words, double least,
                                       u64 *closest) {
    i64 e = THREAD / 32;
    if (e >= indptr[n]) return;
    i64 i = row_of(indptr, n, e), j = indices[e];
    i64 first = indptr[i], begin = indptr[j], size = indptr[i + 1] - first, other = indptr[j + 1] - begin;
    if (other > size || (other == size && j > i)) return;
    i64 most = size - __popcll(words[i] & ~words[j]), rest = other - __popcll(words[j] & ~words[i]);
    most = most < rest ? most : rest;
    if (most + 2 < least * (size + other - most)) return;
    i64 shared = shared_neighbors(indices, first, first + size, begin, begin + other);
    double close = (shared + 2) / (double)(size + other - shared);
    if (THREAD % 32 != 0 || shared + 2 < least * (size + other - shared)) return;
    atomicMax(&closest[i], (u64)__double_as_longlong(close));
    atomicMax(&closest[j], (u64)__double_as_longlong(close));
}

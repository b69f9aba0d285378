// The nearest of many points, from tables of products that cuBLAS makes of them (neighbors.py): nothing here knows of D.
//
// |x - y|^2 / 2 = |x|^2 / 2 + (|y|^2 / 2 - x.y), and the first is the same in a whole row. Pairs (|y|^2 / 2 - x.y, number
// of y) have an order without ties, so the least of a row are the same whichever thread meets them first.

enum Lists {
    ROOM = 2048,     // pairs that a block has room for: those kept, and new ones until they are sorted in
    AT_ONCE = 4,     // entries of a row that a thread looks at between two waits for the others
    MOST_KEPT = 1024 // of a row: as many new ones have room at least
};

template <typename T> __device__ inline bool is_less(T a, u32 i, T b, u32 j) { return a < b || (a == b && i < j); }

// Sort `size` pairs, a power of two: Batcher's bitonic network, K. E. Batcher, AFIPS 1968.
template <typename T> __device__ inline void sort_pairs(T *value, u32 *number, int size) {
    for (int run = 2; run <= size; run *= 2) {
        for (int step = run / 2; step > 0; step /= 2) {
            __syncthreads();
            for (int t = threadIdx.x; t < size / 2; t += BLOCK) {
                int low = 2 * t - t % step, high = low + step;
                bool is_up = (low & run) == 0;
                if (is_less(value[high], number[high], value[low], number[low]) == is_up) {
                    T other = value[low];
                    u32 its = number[low];
                    value[low] = value[high], number[low] = number[high];
                    value[high] = other, number[high] = its;
                }
            }
        }
    }
    __syncthreads();
}

// A block has a row of the table, products with the points first, first + 1 ...: those that are among the nearest go to
// the row's list, `kept` pairs in ascending order. `own` is the number of the row's point, which is none of its own.
template <typename T> __device__ inline void keep(const T *table, const T *halves, const i64 *own, i64 first, i64 width,
                                                  int kept, T *best, u32 *numbers) {
    __shared__ T value[ROOM];
    __shared__ u32 number[ROOM];
    __shared__ int count;
    i64 r = blockIdx.x;
    const T *row = table + r * width;
    T *mine = best + r * kept;
    u32 *its = numbers + r * kept;
    i64 self = own[r] - first;
    for (int q = threadIdx.x; q < kept; q += BLOCK) value[q] = mine[q], number[q] = its[q];
    if (threadIdx.x == 0) count = kept;
    __syncthreads();
    T bound = value[kept - 1];
    u32 bound_at = number[kept - 1];
    for (i64 some = 0; some < width; some += BLOCK * AT_ONCE) {
        T found[AT_ONCE];
        bool is_new[AT_ONCE];
        for (int a = 0; a < AT_ONCE; a++) {
            i64 c = some + a * BLOCK + threadIdx.x;
            is_new[a] = c < width && c != self;
            found[a] = is_new[a] ? halves[c] - row[c] : (T)0;
        }
        for (;;) {
            for (int a = 0; a < AT_ONCE; a++) {
                u32 j = (u32)(first + some + a * BLOCK + threadIdx.x);
                if (!is_new[a]) continue;
                is_new[a] = is_less(found[a], j, bound, bound_at);
                if (!is_new[a]) continue;
                int place = atomicAdd(&count, 1);
                if (place < ROOM) value[place] = found[a], number[place] = j, is_new[a] = false;
            }
            __syncthreads();
            int there = count;
            bool is_full = there > ROOM, is_last = !is_full && some + BLOCK * AT_ONCE >= width;
            __syncthreads();
            if (!is_full && (!is_last || there == kept)) break;
            if (is_full) there = ROOM;
            int size = 1;
            while (size < there) size *= 2;
            for (int q = there + threadIdx.x; q < size; q += BLOCK) value[q] = (T)INF, number[q] = ALL;
            sort_pairs(value, number, size);
            bound = value[kept - 1], bound_at = number[kept - 1];
            __syncthreads();
            if (threadIdx.x == 0) count = kept;
            __syncthreads();
            if (is_last) break;
        }
    }
    for (int q = threadIdx.x; q < kept; q += BLOCK) mine[q] = value[q], its[q] = number[q];
}

extern "C" __global__ void keep_nearest(const float *table, const float *halves, const i64 *own, i64 first, i64 width,
                                        int kept, float *best, u32 *numbers) {
    keep(table, halves, own, first, width, kept, best, numbers);
}

// In float64, for rows that float32 leaves in doubt.
extern "C" __global__ void keep_nearest_double(const double *table, const double *halves, const i64 *own, i64 first,
                                               i64 width, int kept, double *best, u32 *numbers) {
    keep(table, halves, own, first, width, kept, best, numbers);
}

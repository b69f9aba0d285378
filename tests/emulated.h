// What a graphics card gives to kernels, on a processor: the threads of a block take turns, the blocks one after another.
//
// A thread has a stack of its own and runs until it waits for others: for its block at __syncthreads, for its warp where
// values are shuffled. A warp goes as far as it can before the next begins, as warps do not wait for each other either.
// Who waits for somebody who never comes, or at another line, is told of: `emulated_trouble`.
// `emulated_backwards` takes the threads, and the blocks, the other way round: where that changes a result, they race.

#include <cmath>
#include <csetjmp>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <ucontext.h>
#include <vector>

#define __global__
#define __device__
#define __shared__ static
#define __launch_bounds__(...)

struct dim3_ { unsigned x, y, z; };
struct float2 { float x, y; };
static dim3_ threadIdx, blockIdx, blockDim, gridDim;

namespace emulated {

constexpr int MOST = 1024, WARP = 32;
constexpr size_t STACK = 1 << 16;
enum State { READY, AT_BLOCK, AT_WARP, DONE };

struct Thread {
    State state;
    int line, parity;
    bool is_begun;
    jmp_buf at;
    ucontext_t context;
    std::vector<char> stack;
};

static Thread threads[MOST];
static int current, n_threads;
static jmp_buf scheduler;
static std::function<void()> work;
static char trouble[200];
static bool backwards;
static double slots[2][MOST];

static void body() {
    for (;;) {
        work();
        threads[current].state = DONE;
        if (_setjmp(threads[current].at) == 0) _longjmp(scheduler, 1);
    }
}

static void resume(int t) {
    current = t, threadIdx.x = t;
    Thread &thread = threads[t];
    if (_setjmp(scheduler) != 0) return;
    if (thread.is_begun) _longjmp(thread.at, 1);
    thread.is_begun = true;
    if (thread.stack.empty()) thread.stack.resize(STACK);
    getcontext(&thread.context);
    thread.context.uc_stack.ss_sp = thread.stack.data();
    thread.context.uc_stack.ss_size = STACK;
    thread.context.uc_link = nullptr;
    makecontext(&thread.context, body, 0);
    setcontext(&thread.context);
}

static void wait(State state, int line) {
    Thread &thread = threads[current];
    thread.state = state, thread.line = line;
    if (_setjmp(thread.at) == 0) _longjmp(scheduler, 1);
}

// Let go on who waits at one line, if nobody is missing; whether somebody may.
static bool release(int first, int stop, State state, bool all_there) {
    int waiting = 0, done = 0;
    for (int t = first; t < stop; t++) waiting += threads[t].state == state, done += threads[t].state == DONE;
    if (waiting == 0 || waiting + done < stop - first) return false;
    if (all_there && done > 0) {
        snprintf(trouble, sizeof trouble, "threads of a warp have left, others shuffle at line %d", threads[first].line);
        return false;
    }
    int line = 0;
    for (int t = first; t < stop; t++) {
        if (threads[t].state != state) continue;
        if (line != 0 && threads[t].line != line)
            snprintf(trouble, sizeof trouble, "threads wait at lines %d and %d", line, threads[t].line);
        line = threads[t].line;
    }
    for (int t = first; t < stop; t++)
        if (threads[t].state == state) threads[t].state = READY;
    return true;
}

static void run_warp(int first) {
    for (int lane = 0; lane < WARP; lane++) {
        int t = first + (backwards ? WARP - 1 - lane : lane);
        if (threads[t].state == READY) resume(t);
    }
}

static void run_block() {
    for (int t = 0; t < n_threads; t++) threads[t].state = READY;
    while (trouble[0] == 0) {
        for (int q = 0; q < n_threads; q += WARP) {
            int first = backwards ? n_threads - WARP - q : q;
            do run_warp(first); while (release(first, first + WARP, AT_WARP, true));
        }
        int done = 0;
        for (int t = 0; t < n_threads; t++) done += threads[t].state == DONE;
        if (done == n_threads) return;
        bool goes_on = release(0, n_threads, AT_BLOCK, false);
        if (!goes_on && trouble[0] == 0) {
            int t = 0;
            while (threads[t].state == DONE) t++;
            snprintf(trouble, sizeof trouble, "threads wait for others, one at line %d, that never come", threads[t].line);
        }
    }
    for (int t = 0; t < n_threads; t++) threads[t].is_begun = false;
}

static const char *launch(int grid, int block, std::function<void()> kernel) {
    if (block > MOST || block % WARP != 0) return "no such block";
    work = kernel, n_threads = block, trouble[0] = 0;
    gridDim = {(unsigned)grid, 1, 1}, blockDim = {(unsigned)block, 1, 1};
    for (int b = 0; b < grid && trouble[0] == 0; b++) {
        blockIdx.x = backwards ? grid - 1 - b : b;
        run_block();
    }
    return trouble[0] ? trouble : nullptr;
}

template <typename T> T shuffled(T value, int step, unsigned mask, int line) {
    int parity = threads[current].parity ^= 1;
    if (mask != 0xffffffffu) snprintf(trouble, sizeof trouble, "a mask of some lanes at line %d", line);
    memcpy(&slots[parity][current], &value, sizeof value);
    wait(AT_WARP, line);
    memcpy(&value, &slots[parity][current ^ step], sizeof value);
    return value;
}

template <typename T> T added(T *at, T value) {
    T before = *at;
    *at = before + value;
    return before;
}

}  // namespace emulated

extern "C" void emulated_order(int is_backwards) { emulated::backwards = is_backwards != 0; }

#define __syncthreads() emulated::wait(emulated::AT_BLOCK, __LINE__)
#define __shfl_xor_sync(mask, value, step) emulated::shuffled(value, step, mask, __LINE__)
#define atomicAdd(at, value) emulated::added(at, value)
#define __threadfence()
#define __ffsll(bits) __builtin_ffsll((long long)(bits))
#define __popcll(bits) __builtin_popcountll(bits)
static inline long long __double_as_longlong(double value) { long long bits; memcpy(&bits, &value, 8); return bits; }
template <typename T> T atomicOr(T *at, T bits) { T before = *at; *at = before | bits; return before; }
static inline int atomicMin(int *at, int value) { int before = *at; *at = value < before ? value : before; return before; }
template <typename T> T atomicMax(T *at, T value) { T before = *at; *at = value > before ? value : before; return before; }
static inline float __int_as_float(int bits) { float value; memcpy(&value, &bits, 4); return value; }
static inline int __float2int_rn(float value) { return (int)rintf(value); }
static inline float __fdividef(float a, float b) { return a / b; }
static inline double cospi(double x) { return cos(M_PI * x); }
using std::isfinite;

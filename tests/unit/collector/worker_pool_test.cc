#include "collector/worker_pool.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <new>
#include <set>
#include <thread>

#include "catch.h"
#include "unit/collector/collector_fixture.h"

namespace session_exporter {
namespace {

using test::Gate;

TEST_CASE("every task runs once, those still queued before the pool is gone", "[pool]") {
  std::atomic<int> ran{0};
  {
    WorkerPool pool(3);
    for (int i = 0; i < 1000; ++i) pool.Post([&ran] { ++ran; });
  }
  CHECK(ran == 1000);
}

TEST_CASE("as many tasks run at once as there may be threads, and no more", "[pool]") {
  constexpr int kMost = 3;
  std::mutex mutex;
  int running = 0;
  int most = 0;
  std::set<std::thread::id> threads;
  Gate all_busy;
  Gate release;
  {
    WorkerPool pool(kMost);
    for (int i = 0; i < 20; ++i) {
      pool.Post([&] {
        {
          const std::lock_guard lock(mutex);
          threads.insert(std::this_thread::get_id());
          most = std::max(most, ++running);
          if (running == kMost) all_busy.Open();
        }
        release.Wait();
        const std::lock_guard lock(mutex);
        --running;
      });
    }
    CHECK(all_busy.Wait());
    release.Open();
  }
  CHECK(most == kMost);
  CHECK(threads.size() == kMost);
}

TEST_CASE("a task that blocks does not hold up those posted after it", "[pool]") {
  Gate blocked;
  Gate ran;
  WorkerPool pool(2);
  pool.Post([&blocked] { blocked.Wait(); });
  pool.Post([&ran] { ran.Open(); });
  CHECK(ran.Wait());
  blocked.Open();
}

TEST_CASE("a task may post a task, also while the pool ends", "[pool]") {
  std::atomic<int> ran{0};
  {
    WorkerPool pool(1);
    pool.Post([&] {
      ++ran;
      pool.Post([&] {
        ++ran;
        pool.Post([&ran] { ++ran; });
      });
    });
  }
  CHECK(ran == 3);
}

TEST_CASE("a task that throws is lost alone", "[pool]") {
  std::atomic<int> ran{0};
  {
    WorkerPool pool(1);
    for (int i = 0; i < 10; ++i) {
      pool.Post([&ran] {
        ++ran;
        throw std::bad_alloc();
      });
    }
  }
  CHECK(ran == 10);
}

TEST_CASE("what a task holds is released without a lock held", "[pool]") {
  // Its end posts a task, as the end of a collector might: under the pool's lock it would wait for
  // itself for ever.
  struct PostsAtItsEnd {
    WorkerPool& pool;
    Gate& gate;
    PostsAtItsEnd(WorkerPool& its_pool, Gate& its_gate) : pool(its_pool), gate(its_gate) {}
    PostsAtItsEnd(const PostsAtItsEnd&) = delete;
    PostsAtItsEnd& operator=(const PostsAtItsEnd&) = delete;
    ~PostsAtItsEnd() {
      pool.Post([&ran = gate] { ran.Open(); });
    }
  };
  Gate ran;
  WorkerPool pool(1);
  pool.Post([held = std::make_shared<PostsAtItsEnd>(pool, ran)] { static_cast<void>(held); });
  CHECK(ran.Wait());
}

// Runs tasks until as many are busy as may be, then tells how many those were.
int MostAtOnce(WorkerPool& pool, int expected) {
  std::mutex mutex;
  int running = 0;
  int most = 0;
  std::atomic<int> left{30};
  Gate full;
  Gate release;
  Gate done;
  for (int i = 0; i < 30; ++i) {
    pool.Post([&] {
      {
        const std::lock_guard lock(mutex);
        most = std::max(most, ++running);
        if (running == expected) full.Open();
      }
      release.Wait();
      {
        const std::lock_guard lock(mutex);
        --running;
      }
      if (--left == 0) done.Open();
    });
  }
  CHECK(full.Wait());
  release.Open();
  CHECK(done.Wait());
  return most;
}

TEST_CASE("how many tasks run at once can be raised and lowered", "[pool]") {
  WorkerPool pool(2);
  for (const int most : {2, 5, 1, 3}) {
    pool.SetMostThreads(static_cast<std::size_t>(most));
    CHECK(MostAtOnce(pool, most) == most);
  }
}

TEST_CASE("tasks that wait begin when more may run", "[pool]") {
  Gate release;
  Gate second;
  WorkerPool pool(1);
  pool.Post([&release] { release.Wait(); });
  pool.Post([&second] { second.Open(); });
  pool.SetMostThreads(2);
  CHECK(second.Wait());
  release.Open();
}

TEST_CASE("a pool that was never used ends at once", "[pool]") { const WorkerPool pool(4); }

}  // namespace
}  // namespace session_exporter

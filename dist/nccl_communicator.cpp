// SPDX-License-Identifier: Apache-2.0
#include "dist/nccl_communicator.hpp"

#include <chrono>
#include <string_view>
#include <thread>
#include <utility>

#include <ATen/core/Tensor.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>
#include <fmt/format.h>
#include <nccl.h>

#include "dist/base/contract.hpp"
#include "dist/base/unique_handle.hpp"

namespace rocm::dist {
namespace {

using Seconds = std::chrono::duration<double>;

struct NcclTraits {
  using Raw = ncclComm_t;
  static constexpr Raw null = nullptr;

  /// Destroying would wait for peers, and these may be gone; our collectives have all returned.
  static void close(Raw comm) noexcept { ncclCommAbort(comm); }
};

using NcclHandle = UniqueHandle<NcclTraits>;

struct StreamTraits {
  using Raw = cudaStream_t;
  static constexpr Raw null = nullptr;

  static void close(Raw stream) noexcept { cudaStreamDestroy(stream); }
};

using Stream = UniqueHandle<StreamTraits>;

struct EventTraits {
  using Raw = cudaEvent_t;
  static constexpr Raw null = nullptr;

  static void close(Raw event) noexcept { cudaEventDestroy(event); }
};

using Event = UniqueHandle<EventTraits>;

void cuda_check(cudaError_t result, std::string_view doing, CallSite where = CallSite::current()) {
  if (result == cudaSuccess) return;
  fail(ExitCode::kPeerLost, {.where = where.str(),
                             .problem = fmt::format("CUDA failed to {}", doing),
                             .because = cudaGetErrorString(result),
                             .advice = "check the GPU with nvidia-smi, then run again to resume"});
}

/// `comm` may be null while there is none; with it NCCL tells the last warning it had.
void nccl_check(ncclResult_t result, ncclComm_t comm, std::string_view doing,
                CallSite where = CallSite::current()) {
  if (result == ncclSuccess || result == ncclInProgress) return;
  const bool asked_wrongly = result == ncclInvalidUsage;  // two ranks on one GPU
  fail(asked_wrongly ? ExitCode::kUsage : ExitCode::kPeerLost,
       {.where = where.str(),
        .problem = fmt::format("NCCL failed to {}", doing),
        .because = fmt::format("{}: {}", ncclGetErrorString(result), ncclGetLastError(comm)),
        .advice = "run with NCCL_DEBUG=INFO to see more, or use dist.backend = \"mpi\""});
}

/// A communicator that does not block reports its progress, and its errors, only when asked.
ncclResult_t progress_of(ncclComm_t comm, std::string_view doing) {
  ncclResult_t state = ncclSuccess;
  nccl_check(ncclCommGetAsyncError(comm, &state), comm, "report its state");
  nccl_check(state, comm, doing);
  return state;
}

void wait_until_enqueued(ncclComm_t comm, std::string_view doing) {
  while (progress_of(comm, doing) == ncclInProgress) std::this_thread::yield();
}

ncclDataType_t datatype_of(const at::Tensor& values) {
  switch (values.scalar_type()) {
    case at::kLong:
      return ncclInt64;
    case at::kFloat:
      return ncclFloat32;
    default:
      expects(values.scalar_type() == at::kDouble, "an int64, float32 or float64 tensor");
      return ncclFloat64;
  }
}

ncclRedOp_t operation_of(Reduction reduction) {
  return reduction == Reduction::kMax ? ncclMax : ncclSum;
}

Stream make_stream() {
  cudaStream_t stream = nullptr;
  cuda_check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "make a stream");
  return Stream(stream);
}

Event make_event() {
  cudaEvent_t event = nullptr;
  cuda_check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "make an event");
  return Event(event);
}

/// Waits for the peers, but not for ever: no watchdog looks on yet. A failure leaves the group to
/// its handle, which aborts it.
void wait_until_connected(ncclComm_t comm, Seconds patience) {
  const auto begin = std::chrono::steady_clock::now();
  while (progress_of(comm, "connect the GPUs") == ncclInProgress) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (patience.count() <= 0.0 || std::chrono::steady_clock::now() - begin < patience) continue;
    fail(ExitCode::kPeerLost,
         {.where = "NCCL",
          .problem = fmt::format("the GPUs are not connected after {} s", patience.count()),
          .because = "a rank did not come, or NCCL cannot use the network between the machines",
          .advice = "run with NCCL_DEBUG=INFO to see more, or use dist.backend = \"mpi\""});
  }
}

NcclHandle meet_peers(Communicator& host, Seconds patience) {
  ncclUniqueId id{};
  if (host.rank() == 0) nccl_check(ncclGetUniqueId(&id), nullptr, "name the group");
  host.broadcast(std::as_writable_bytes(std::span(&id, 1)), 0);
  ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
  config.blocking = 0;
  ncclComm_t raw = nullptr;
  const ncclResult_t started =
      ncclCommInitRankConfig(&raw, host.world_size(), id, host.rank(), &config);
  NcclHandle comm(raw);
  nccl_check(started, nullptr, "start to connect the GPUs");
  wait_until_connected(comm.get(), patience);
  return comm;
}

class NcclCommunicator final : public Communicator {
 public:
  NcclCommunicator(Communicator& host, int device, Seconds patience)
      : host_(host),
        device_(static_cast<c10::DeviceIndex>(device)),
        on_device_(device_),
        ready_(make_event()),
        done_(make_event()),
        stream_(make_stream()),
        comm_(meet_peers(host, patience)) {}

  [[nodiscard]] int rank() const override { return host_.rank(); }

  [[nodiscard]] int world_size() const override { return host_.world_size(); }

  void all_reduce(at::Tensor& values, Reduction reduction) override {
    if (!values.is_cuda()) return host_.all_reduce(values, reduction);
    expects(values.is_contiguous(), "a contiguous tensor to reduce");
    expects(values.device().index() == device_, "a tensor on this rank's GPU");
    const c10::cuda::CUDAGuard guard(device_);
    wait_for_its_writers();
    enqueue(values, reduction);
    wait_for_result();
  }

  void all_gather(std::span<const std::byte> mine, std::span<std::byte> everyone) override {
    host_.all_gather(mine, everyone);
  }

  void broadcast(std::span<std::byte> bytes, int root) override { host_.broadcast(bytes, root); }

 private:
  void wait_for_its_writers() {
    const cudaStream_t current = c10::cuda::getCurrentCUDAStream(device_).stream();
    cuda_check(cudaEventRecord(ready_.get(), current), "mark the tensor as written");
    cuda_check(cudaStreamWaitEvent(stream_.get(), ready_.get(), 0), "wait for the tensor");
  }

  void enqueue(at::Tensor& values, Reduction reduction) {
    void* data = values.mutable_data_ptr();
    nccl_check(
        ncclAllReduce(data, data, static_cast<std::size_t>(values.numel()), datatype_of(values),
                      operation_of(reduction), comm_.get(), stream_.get()),
        comm_.get(), "all-reduce");
    wait_until_enqueued(comm_.get(), "all-reduce");
    cuda_check(cudaEventRecord(done_.get(), stream_.get()), "mark the result as written");
  }

  /// The host waits, so that the torch stream need not, the tensor's memory stays ours, and a peer
  /// that is lost is noticed here. NCCL offers no wait that would also notice errors.
  void wait_for_result() {
    cudaError_t result = cudaEventQuery(done_.get());
    for (; result == cudaErrorNotReady; result = cudaEventQuery(done_.get())) {
      static_cast<void>(progress_of(comm_.get(), "all-reduce"));
      std::this_thread::yield();
    }
    static_cast<void>(cudaGetLastError());  // "not ready" was recorded as an error
    cuda_check(result, "all-reduce");
  }

  Communicator& host_;
  c10::DeviceIndex device_;
  c10::cuda::CUDAGuard on_device_;  // the members below belong to our GPU, also when they end
  Event ready_;
  Event done_;
  Stream stream_;
  NcclHandle comm_;
};

}  // namespace

std::string nccl_version() {
  int number = 0;  // 22803 for 2.28.3
  nccl_check(ncclGetVersion(&number), nullptr, "tell its version");
  return fmt::format("{}.{}.{}", number / 10000, number / 100 % 100, number % 100);
}

int gpu_of(int local_rank) {
  int count = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess) count = 0;
  const bool chosen_for_us = count == 1;  // a scheduler that shows each process one GPU
  require(count > 0 && (local_rank < count || chosen_for_us),
          {.where = "dist.backend",
           .problem = fmt::format("no GPU for process {} of this machine, which has {}",
                                  local_rank + 1, count),
           .because = "every rank needs a GPU of its own",
           .advice = "start at most one rank per GPU, or set model.device = \"cpu\""});
  return chosen_for_us ? 0 : local_rank;
}

std::unique_ptr<Communicator> open_nccl_communicator(Communicator& host, int local_rank,
                                                     double timeout_s) {
  return std::make_unique<NcclCommunicator>(host, gpu_of(local_rank), Seconds(timeout_s));
}

}  // namespace rocm::dist

// A node of libtorch's gradient graph whose way back is a function of ours: see graph_node.rs.
//
// libtorch lets only C++ add nodes, so this much of the worker is C++.

#include <cstddef>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/variable.h>

namespace {

constexpr std::size_t MESSAGE_BYTES = 1024;

// Gives a new tensor, to be owned by the caller, for every input that is wanted. Returns false with
// a message if it cannot.
using WayBack = bool (*)(const void* context, const at::Tensor* gradient, const bool* wanted,
                         at::Tensor** gradients, std::size_t count, char* message);
using Forget = void (*)(void* context);

class OwnNode final : public torch::autograd::Node {
 public:
  OwnNode(torch::autograd::edge_list&& inputs, void* context, WayBack way_back, Forget forget)
      : Node(std::move(inputs)), context_(context), way_back_(way_back), forget_(forget) {}
  OwnNode(const OwnNode&) = delete;
  OwnNode& operator=(const OwnNode&) = delete;
  ~OwnNode() override { release(); }

  void release_variables() override {
    std::lock_guard<std::mutex> lock(mutex_);
    release();
  }

  std::string name() const override { return "OrchestrateNode"; }

 protected:
  torch::autograd::variable_list apply(torch::autograd::variable_list&& outputs) override {
    const std::size_t count = num_outputs();
    torch::autograd::variable_list gradients(count);
    if (!outputs.at(0).defined()) {
      return gradients;
    }
    if (c10::GradMode::is_enabled()) {
      throw std::runtime_error("this operation can be differentiated only once");
    }
    // Two threads may go through one graph.
    std::lock_guard<std::mutex> lock(mutex_);
    if (context_ == nullptr) {
      throw std::runtime_error("a graph that has been gone through backward once is used up");
    }
    std::vector<char> wanted(count);
    for (std::size_t i = 0; i < count; ++i) {
      wanted[i] = task_should_compute_output(i) ? 1 : 0;
    }
    static_assert(sizeof(bool) == 1);
    std::vector<at::Tensor*> made(count, nullptr);
    char message[MESSAGE_BYTES] = {0};
    const bool good = way_back_(context_, &outputs[0], reinterpret_cast<const bool*>(wanted.data()),
                                made.data(), count, message);
    for (std::size_t i = 0; i < count; ++i) {
      if (made[i] != nullptr) {
        gradients[i] = std::move(*made[i]);
        delete made[i];
      }
    }
    if (!good) {
      throw std::runtime_error(message);
    }
    return gradients;
  }

 private:
  void release() {
    if (context_ != nullptr) {
      forget_(std::exchange(context_, nullptr));
    }
  }

  void* context_;
  WayBack way_back_;
  Forget forget_;
};

}  // namespace

// Whether a gradient with respect to any of the inputs may be asked for.
extern "C" bool orchestrate_needs_node(const at::Tensor* const* inputs, std::size_t count) {
  if (!c10::GradMode::is_enabled()) {
    return false;
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (inputs[i]->requires_grad()) {
      return true;
    }
  }
  return false;
}

// Makes `output`, which must have no history, the outcome of a node with these inputs. The node
// owns the context from now on. Returns false if there is no memory for it.
extern "C" bool orchestrate_add_node(const at::Tensor* const* inputs, std::size_t count,
                                     at::Tensor* output, void* context, WayBack way_back,
                                     Forget forget) {
  bool owned = false;
  try {
    torch::autograd::edge_list edges;
    edges.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      edges.push_back(torch::autograd::impl::gradient_edge(*inputs[i]));
    }
    OwnNode* const raw = new OwnNode(std::move(edges), context, way_back, forget);
    owned = true;
    const auto node = std::shared_ptr<OwnNode>(raw, torch::autograd::deleteNode);
    torch::autograd::impl::set_gradient_edge(*output, {node, node->add_input_metadata(*output)});
    return true;
  } catch (...) {
    if (!owned) {
      forget(context);
    }
    return false;
  }
}

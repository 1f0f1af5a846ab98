// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <c10/util/intrusive_ptr.h>
#include <torch/csrc/autograd/functions/utils.h>

namespace rocm::model {

/// The backward half of a hand-written operation. A Derivative is a value that holds what the
/// forward pass kept and turns the output's gradient into those of the inputs, in order:
/// `variable_list operator()(const at::Tensor& gradient, const NeedsGradient&) const`.
///
/// Lighter than torch::autograd::Function: nothing is kept but the Derivative's own members.
/// It must not hold the output itself, which would own its maker; inputs must not be changed in
/// place while they are held.
template <class Derivative>
class DerivativeNode final : public torch::autograd::Node {
 public:
  explicit DerivativeNode(Derivative derivative) : derivative_(std::move(derivative)) {}

  void release_variables() override { derivative_.reset(); }

  std::string name() const override { return Derivative::kName; }

 private:
  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
    TORCH_CHECK(derivative_.has_value(), name(), " was already walked and has freed its tensors");
    if (!gradients[0].defined()) return torch::autograd::variable_list(num_outputs());
    return (*derivative_)(gradients[0],
                          [this](std::size_t i) { return task_should_compute_output(i); });
  }

  std::optional<Derivative> derivative_;
};

/// Whether any of the inputs wants a gradient here and now.
template <class... Inputs>
bool wants_gradient(const Inputs&... inputs) {
  return torch::autograd::compute_requires_grad(inputs...);
}

/// A node as LibTorch owns it: by a pointer that knows how to take long graphs apart (until 2.11),
/// or with the count of its owners inside (2.15).
template <class Node>
auto make_node(auto&&... arguments) {
  if constexpr (std::is_base_of_v<c10::intrusive_ptr_target, Node>) {
    return c10::make_intrusive<Node>(std::forward<decltype(arguments)>(arguments)...);
  } else {
    return std::shared_ptr<Node>(new Node(std::forward<decltype(arguments)>(arguments)...),
                                 [](Node* node) { deleteNode(node); });
  }
}

/// Makes `output` the result of an operation on `inputs` whose backward half is `derivative`.
template <class Derivative, class... Inputs>
at::Tensor with_derivative(at::Tensor output, Derivative derivative, const Inputs&... inputs) {
  const auto node = make_node<DerivativeNode<Derivative>>(std::move(derivative));
  node->set_next_edges(torch::autograd::collect_next_edges(inputs...));
  torch::autograd::set_history(output, node);
  return output;
}

}  // namespace rocm::model

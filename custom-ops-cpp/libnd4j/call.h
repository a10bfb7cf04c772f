// One call of an op, read by its declaration: every argument by its name, whatever else is there.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "array.h"
#include "declarations.h"

namespace dl4jhopfield {
namespace nd4j {

class Call {
 public:
  /// Checks the number of arguments, flags, codes and ranges, and the number and types of arrays.
  Call(const Declaration& declaration, sd::graph::Context& block)
      : declaration_(declaration), block_(block), integers_(*block.getIArguments()), numbers_(*block.getTArguments()) {
    checkCount("integer arguments", integers_.size(), declaration.listStart(), declaration.integerList);
    checkCount("floating-point arguments", numbers_.size(), declaration.numberCount, declaration.numberList);
    if (flags() & ~declaration.flags) throw std::invalid_argument("the flags have bits that are not known");
    for (int i = 0; i < declaration.integerCount; ++i) {
      const Integer& argument = declaration.integers[i];
      const long long value = integers_[declaration.firstInteger() + i];
      const bool known = argument.codes == 0 || (value >= 0 && value < 63 && (argument.codes >> value & 1));
      if (!known || value < argument.least || value > argument.most)
        throw std::invalid_argument(std::string(argument.name) + " has a value that is not known");
    }
    checkCount("inputs", block.width(), count(declaration.inputs, declaration.inputCount), false);
    outputs_ = &block.fastpath_out();
    checkCount("outputs", outputs_->size(), count(declaration.outputs, declaration.outputCount), false);
    checkTypes();
  }

  template <class In>
  bool has(In input) const {
    return given(declaration_.inputs[static_cast<int>(input)]);
  }
  template <class In>
  Array input(In input, int repetition = 0) const {
    return at(place(declaration_.inputs, declaration_.inputCount, static_cast<int>(input), repetition));
  }
  /// The output, or one without numbers where the call has none.
  template <class Out>
  Array output(Out output, int repetition = 0) const {
    const int i = place(declaration_.outputs, declaration_.outputCount, static_cast<int>(output), repetition);
    return i < 0 ? Array() : Array((*outputs_)[i]);
  }
  template <class Out>
  bool gives(Out output) const {
    return given(declaration_.outputs[static_cast<int>(output)]);
  }

  long long axis() const { return integers_[0]; }
  template <class Flag>
  bool flag(Flag flag) const {
    return flags() >> static_cast<int>(flag) & 1;
  }
  template <class Int>
  long long integer(Int argument) const {
    return integers_[static_cast<int>(argument)];
  }
  template <class Num>
  double number(Num argument) const {
    return numbers_[static_cast<int>(argument)];
  }
  std::vector<int64_t> integerList() const { return {integers_.begin() + declaration_.listStart(), integers_.end()}; }
  std::vector<double> numberList() const { return {numbers_.begin() + declaration_.numberCount, numbers_.end()}; }

  /// The first floating input, whose type the others and the results have.
  Array reference() const {
    for (int i = 0; i < declaration_.inputCount; ++i)
      if (declaration_.inputs[i].type == Type::Floating || declaration_.inputs[i].type == Type::FloatOrDouble)
        return at(place(declaration_.inputs, declaration_.inputCount, i, 0));
    throw std::invalid_argument("the op has no floating input");
  }
  std::vector<const sd::NDArray*> reads() const {
    std::vector<const sd::NDArray*> all;
    for (unsigned long i = 0; i < block_.width(); ++i) all.push_back(block_.array(static_cast<int>(i)));
    return all;
  }
  std::vector<const sd::NDArray*> writes() const { return {outputs_->begin(), outputs_->end()}; }

 private:
  static void checkCount(const char* what, std::size_t found, int expected, bool list) {
    if (list ? found <= static_cast<std::size_t>(expected) : found != static_cast<std::size_t>(expected))
      throw std::invalid_argument("expected " + std::to_string(expected) + (list ? " and more " : " ") + what +
                                  ", found " + std::to_string(found));
  }
  void checkTypes() const {
    const sd::DataType reference = this->reference().type();
    each(declaration_.inputs, declaration_.inputCount, [&](int place, int slot, int) {
      const sd::DataType type = at(place).type();
      const bool floating = type == sd::DataType::Float32 || type == sd::DataType::Double;
      const bool half = type == sd::DataType::Half, brain = type == sd::DataType::BFloat16;
      bool fits = true;
      switch (declaration_.inputs[slot].type) {
        case Type::Floating:
          fits = (floating || half || brain) && type == reference;
          break;
        case Type::FloatOrDouble:
          fits = floating && type == reference;
          break;
        case Type::Like:
          fits = type == reference;
          break;
        case Type::LikeOrHalf:
          fits = half || type == reference;
          break;
        case Type::Whole:
          fits = !floating && !half && !brain && type != sd::DataType::Bool;
          break;
        case Type::Number:
          fits = !half && !brain && type != sd::DataType::Bool;
          break;
        case Type::Mask:
          break;
      }
      if (!fits) throw std::invalid_argument(std::string(declaration_.inputs[slot].name) + " has a wrong data type");
      return true;
    });
  }

  long long flags() const { return declaration_.flagged && integers_.size() > 1 ? integers_[1] : 0; }
  bool given(const Slot& slot) const {
    return (slot.flag < 0 || flags() >> slot.flag & 1) && (slot.above < 0 || integers_[slot.above] > 0);
  }
  /// Calls f(place, slot, repetition) for each array that is there, until it says false.
  template <class F>
  int each(const Slot* slots, int n, F&& f) const {
    int place = 0;
    for (int i = 0; i < n;) {
      int end = i + 1;
      while (slots[i].group >= 0 && end < n && slots[end].group == slots[i].group) ++end;
      const int times = slots[i].group < 0 ? 1 : integers_[slots[i].times];
      for (int repetition = 0; repetition < times; ++repetition)
        for (int j = i; j < end; ++j)
          if (given(slots[j]) && !f(place++, j, repetition)) return place;
      i = end;
    }
    return place;
  }
  int count(const Slot* slots, int n) const {
    return each(slots, n, [](int, int, int) { return true; });
  }
  int place(const Slot* slots, int n, int wanted, int repetition) const {
    int found = -1;
    each(slots, n, [&](int place, int slot, int r) {
      if (slot == wanted && r == repetition) found = place;
      return found < 0;
    });
    return found;
  }
  Array at(int place) const {
    sd::NDArray* array = place < 0 ? nullptr : block_.array(place);
    if (array == nullptr) throw std::invalid_argument("an input is missing");
    return Array(array);
  }

  const Declaration& declaration_;
  sd::graph::Context& block_;
  const std::vector<int>& integers_;
  const std::vector<double>& numbers_;
  std::vector<sd::NDArray*>* outputs_;
};

}  // namespace nd4j
}  // namespace dl4jhopfield

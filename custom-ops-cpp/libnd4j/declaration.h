// What a call of an op is made of, as data; declarations.h holds one of these an op, written from the declarations in
// Java.
#pragma once

namespace dl4jhopfield {
namespace nd4j {

/// Data types of an input.
enum class Type { Floating, FloatOrDouble, Like, LikeOrHalf, Mask, Whole, Number };

/// An array that goes in or out.
struct Slot {
  const char* name;
  Type type;
  int flag;   // bit that says whether it is there, or -1
  int above;  // integer argument that must be above 0, or -1
  int group;  // slots of one number follow each other as often as `times` says; -1: once
  int times;  // integer argument, or -1
};

/// An integer argument after axis and flags.
struct Integer {
  const char* name;
  long long least, most;
  long long codes;  // bits of the codes that it may be, or 0: any from least to most
};

struct Declaration {
  const char* name;
  const char* wire;  // all of this as a line, for Java to compare with its own
  const Slot* inputs;
  int inputCount;
  const Slot* outputs;
  int outputCount;
  const Integer* integers;
  int integerCount;
  int numberCount;
  bool flagged;
  long long flags;  // those that are known
  bool integerList, numberList;

  int firstInteger() const { return flagged ? 2 : 1; }
  int listStart() const { return firstInteger() + integerCount; }
};

}  // namespace nd4j
}  // namespace dl4jhopfield

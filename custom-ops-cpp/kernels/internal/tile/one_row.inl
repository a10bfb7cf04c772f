// The largest number and the exponentials of one row. Part of association_tile.inl.

// -----------------------------------------------------------------------------------------------------------

template <class V>
typename V::T largest(const typename V::T* x, int64_t n) {
  using T = typename V::T;
  const T none = -Infinity<T>::value;
  auto top = V::set(none);
  int64_t i = 0;
  for (; i + V::N <= n; i += V::N) top = V::max(V::load(x + i), top);  // the second where one is NaN
  T parts[V::N];
  V::store(parts, top);
  T result = none;
  for (int k = 0; k < V::N; ++k) result = parts[k] > result ? parts[k] : result;
  for (; i < n; ++i) result = x[i] > result ? x[i] : result;
  return result;
}

template <class V>
typename V::T exponentials(typename V::T* y, const typename V::T* x, int64_t n, typename V::T top) {
  using T = typename V::T;
  const auto shift = V::set(top == -Infinity<T>::value ? T(0) : top);
  auto sums = V::zero();
  T parts[V::N], sum = 0;
  int64_t i = 0;
  for (; i + V::N <= n; i += V::N) {
    const auto e = V::exp(difference<V>(V::load(x + i), shift));
    V::store(y + i, e);
    sums = V::add(sums, e);
  }
  if (i < n) {
    const int left = static_cast<int>(n - i);
    V::store(parts, V::exp(difference<V>(V::loadPart(x + i, left), shift)));
    V::storePart(y + i, V::load(parts), left);
    for (int k = 0; k < left; ++k) sum += parts[k];
  }
  V::store(parts, sums);
  for (int k = 0; k < V::N; ++k) sum += parts[k];
  return sum;
}

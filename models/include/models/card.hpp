#pragma once
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace models {

/// A value of an attribute: i, f or s on the wire.
using Value = std::variant<std::int32_t, float, std::string>;

/// One named number that goes in or comes out.
struct Port {
  std::string name;
  std::string unit;  ///< "Hz", "midi", "s", …; empty: none
  float min = -std::numeric_limits<float>::infinity();
  float max = std::numeric_limits<float>::infinity();
  float initial = 0;  ///< `default` in the card
  friend bool operator==(const Port&, const Port&) = default;
};

/// In what form a method answers.
enum class Answer {
  kNumbers,  ///< numbers for numbers, nothing else (kind params)
  kLabels,   ///< events `label`: the best few of the scores of each window
  kFrames,   ///< all that the script gives for each window, as one frame of a stream
  kPitch,    ///< events `pitch`: the script gives Hz and confidence for each window
  kHits,     ///< events `hit`: what stands at each onset is classified
  kOnsets,   ///< events `hit` named "onset", with their strength; the script is not called
  kStream,   ///< frames for frames, each at their own rate (kind stream)
  kNotes,    ///< events `note`, planned ahead: the script gives scores of the next one (kind melody)
};

/// How the frames of a stream go in and come out. A ratio is how many samples at the model's rate one frame stands for.
struct StreamForm {
  int in_channels = 0, in_ratio = 1;  ///< no channels: as the file says
  int out_channels = 0, out_ratio = 1;
  friend bool operator==(const StreamForm&, const StreamForm&) = default;
};

/// One thing that a model can be asked to do. A frame of it is `inputs.size()` numbers.
struct MethodCard {
  std::string name = "forward";
  std::vector<Port> inputs = {};
  std::vector<Port> outputs = {};
  std::string call = {};  ///< the script's method, where it is called otherwise; empty: as `name`
  int element = -1;       ///< which element of a tuple that the script gives; -1: it gives one tensor
  Answer answer = Answer::kNumbers;
  StreamForm form = {};  ///< kind stream
  friend bool operator==(const MethodCard&, const MethodCard&) = default;
};

/// What a network that listens is given: computed here, so that only the network itself is exported. Lengths are
/// samples at the model's rate. docs/cards.md has the formulas.
struct FrontEndCard {
  enum class Kind { kWaveform, kLogMel, kMfcc };
  enum class Scale { kTf, kHtk, kSlaney };  ///< where the triangles stand: TensorFlow's way, torchaudio's, librosa's
  enum class Norm { kNone, kSlaney };
  enum class Log { kNone, kNatural, kLog10, kDb };
  Kind kind = Kind::kWaveform;
  bool normalise = false;  ///< waveform: each window minus its mean, divided by its standard deviation
  int window = 0, hop = 0, fft = 0;
  int mels = 0, coefficients = 0;
  double min = 0, max = 0;  ///< Hz
  int power = 2;
  Scale scale = Scale::kHtk;
  Norm norm = Norm::kNone;
  Log log = Log::kNatural;
  double floor = 0, offset = 0;
  double mean = 0, deviation = 1;
  friend bool operator==(const FrontEndCard&, const FrontEndCard&) = default;
};

/// How a model listens (kind classifier). Lengths are samples at the model's rate.
struct ListenCard {
  enum class Activation { kNone, kSigmoid, kSoftmax };
  int window = 0;             ///< what one answer looks at
  int hop = 0;                ///< from one answer to the next
  int before = 0;             ///< hits: how much of the window lies before the onset
  bool each_channel = false;  ///< every channel is heard by itself; false: they are mixed down to one
  /// Of the tensor that the script takes: numbers, and the words samples, frames, mels, coefficients.
  std::vector<std::string> shape;
  FrontEndCard front_end;
  Activation activation = Activation::kNone;
  int top = 1;          ///< labels of one answer
  float threshold = 0;  ///< what scores less is not told
  friend bool operator==(const ListenCard&, const ListenCard&) = default;
};

/// One setting of a model.
struct AttributeCard {
  std::string name;
  std::string types = "f";  ///< one letter (i f s) per element; "t": any count of numbers
  float min = -std::numeric_limits<float>::infinity();
  float max = std::numeric_limits<float>::infinity();
  std::vector<Value> initial;  ///< empty: as the file has it
  friend bool operator==(const AttributeCard&, const AttributeCard&) = default;
};

/// How a model streams (kind stream).
struct StreamCard {
  /// What becomes of a session at another rate than the model's.
  enum class OtherRate {
    kResample,  ///< sound is brought to the model's rate and back
    kWarn,      ///< the model runs at the session's rate: faster or slower, higher or lower; the client is told
    kRefuse,
  };
  OtherRate other_rate = OtherRate::kResample;
  int latency = -1;  ///< samples at the model's rate that output comes after input; -1: as the file says
  /// Of the tensor that the script takes: numbers, and the words channels and frames; empty: [1, channels, frames].
  std::vector<std::string> shape;
  std::vector<Value> arguments;  ///< that the script takes after the tensor
  int block = 0;                 ///< samples at the model's rate that one call takes; 0: as few as it can, 512 or more
  friend bool operator==(const StreamCard&, const StreamCard&) = default;
};

/// What the steps of a melody are (kind melody). A pitch is counted from `lowest`; the one behind the highest is the
/// rest.
struct MelodyCard {
  std::string method = "step";   ///< of the script
  int lowest = 0, highest = -1;  ///< MIDI notes
  bool rest = false;
  std::vector<float> durations;  ///< beats
  float beats_per_bar = 4;
  int state = 0;  ///< numbers that are handed from step to step
  int pitches() const { return highest - lowest + 1 + (rest ? 1 : 0); }
  bool is_rest(int pitch) const { return rest && pitch == highest - lowest + 1; }
  friend bool operator==(const MelodyCard&, const MelodyCard&) = default;
};

/// What a model's card.yaml says (docs/cards.md). The card is read in server/; models/ only uses it.
struct Card {
  std::string name;
  std::string kind;              ///< "params", "classifier", "stream", "melody"
  std::string engine = "torch";  ///< "torch", "fake"
  std::filesystem::path file;    ///< absolute; empty where the engine needs none
  std::string sha256;            ///< 64 hex digits, or empty: not checked
  bool state = false;            ///< true: what was asked before changes what is answered; one instance per session
  bool isolate = false;          ///< it runs in a process of its own (models/isolate.hpp)
  double model_rate = 0;         ///< frames per second that the model was trained at; 0: none of its own
  std::vector<MethodCard> methods;
  std::vector<AttributeCard> attributes;
  std::vector<std::string> labels;
  ListenCard listen;  ///< kind classifier
  StreamCard stream;  ///< kind stream
  MelodyCard melody;  ///< kind melody
  std::string about;  ///< one sentence
  std::string licence;
  std::vector<std::string> authors;
  std::vector<std::string> links;
  /// Settings of the engine, as `key: value` texts (`options` in the card). torch: none; fake: see fake_engine.hpp.
  std::vector<std::pair<std::string, std::string>> options;
  friend bool operator==(const Card&, const Card&) = default;
};

}  // namespace models

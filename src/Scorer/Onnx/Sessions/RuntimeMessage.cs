using System.Text.RegularExpressions;

namespace BatchEngine.Scorer.Onnx.Sessions;

/// <summary>What ONNX Runtime says when a batch fails, in words for a person. Pure.</summary>
internal static partial class RuntimeMessage
{
    private const int MaxCharacters = 200;

    private static readonly string[] s_machine = ["allocat", "bad_alloc", "out of memory", "CUDA", "CUDNN", "CUBLAS", "cannot open", "No space left"];

    /// <summary>Whether memory, a card or a disk failed, which no row is to blame for.</summary>
    public static bool IsOfTheMachine(string message) => s_machine.Any(m => message.Contains(m, StringComparison.OrdinalIgnoreCase));

    /// <summary>The cause alone, one line of at most 200 characters, without places in sources and files.</summary>
    public static string OfRow(string message)
    {
        var line = OnnxSession.FirstLine(message);
        var cause = line.LastIndexOf(Status, StringComparison.Ordinal);
        var node = NodeName().Match(line) is { Success: true } named ? $"{named.Groups[1].Value}: " : "";
        var text = Places().Replace(cause < 0 ? line : line[(cause + Status.Length)..], "").Trim();
        text = Blanks().Replace(node + text, " ");
        return text.Length <= MaxCharacters ? text : text[..MaxCharacters] + "...";
    }

    private const string Status = "Status Message: ";

    // "/onnxruntime_src/.../file.cc:81 virtual onnxruntime::common::Status onnxruntime::ml::Op<T>::Compute(...) const [with T = ...] "
    [GeneratedRegex(@"\S*[\w.]+\.(cc|h|hpp|cpp|cu):\d+( (virtual |static )?[\w:<>,& ]*onnxruntime::[^()]*\([^()]*\)( const)?( \[with[^\]]*\])?)?")]
    private static partial Regex Places();

    [GeneratedRegex(@"while running (\w+) node")]
    private static partial Regex NodeName();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}

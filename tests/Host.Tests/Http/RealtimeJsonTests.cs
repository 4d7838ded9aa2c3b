using System.Text;
using System.Text.Json;
using BatchEngine.Domain;
using BatchEngine.Host.Http;

namespace BatchEngine.Host.Tests.Http;

/// <summary>What routers and endpoints tell each other comes out as it went in.</summary>
public sealed class RealtimeJsonTests
{
    [Theory]
    [InlineData("""{"a":1,"b":1.0,"c":-0.0,"d":1e20,"e":9223372036854775807,"f":0.1,"g":5e-324}""")]
    [InlineData("""{"a":"x","b":"\u00e4\"\\","c":true,"d":null,"e":[1,2.0,null],"f":[]}""")]
    [InlineData("""{"a b/%":"","":0}""")]
    public void Question_ReadBack_HasTheSameValuesOfTheSameKinds(string given)
    {
        var features = FeatureValues.Read(JsonDocument.Parse(given).RootElement);
        var body = JsonDocument.Parse(RealtimeJson.Question(features)).RootElement;
        var back = FeatureValues.Read(body.GetProperty("features"));
        Assert.Equal(features.Keys, back.Keys);
        foreach (var (name, value) in features)
            Assert.Equal(Spelled(value), Spelled(back[name]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Score_ReadBack_IsTheSameToTheLastBit(bool isSure)
    {
        var score = new Prediction([0.1f, -0f, float.MaxValue, float.Epsilon, float.NaN, BitConverter.Int32BitsToSingle(0x7fa00001)],
            isSure ? Measured<float>.Of(1f / 3)
                : Measured<float>.NotMeasured("the model gives no \"probabilities\""), 0xfedcba9876543210, PredictionFlags.DependsOnBatch);
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
            RealtimeJson.Write(json, score);
        var back = RealtimeJson.Read(JsonDocument.Parse(bytes.ToArray()).RootElement);
        Assert.Equal(score.Outputs.Select(BitConverter.SingleToInt32Bits), back.Outputs.Select(BitConverter.SingleToInt32Bits));
        Assert.Equal((score.Confidence, score.FeatureFingerprint, score.Flags), (back.Confidence, back.FeatureFingerprint, back.Flags));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"outputs":[1.5],"confidence":1,"fingerprint":"00","flags":0}""")]
    [InlineData("""{"outputs":[1],"confidence":1,"fingerprint":"xx","flags":0}""")]
    [InlineData("""{"outputs":[1],"confidence":1,"fingerprint":null,"flags":0}""")]
    [InlineData("""{"outputs":[1],"confidence":1,"fingerprint":"00","flags":900}""")]
    public void Score_ThatIsNone_IsRefused(string answer) =>
        Assert.Throws<JsonException>(() => RealtimeJson.Read(JsonDocument.Parse(Encoding.UTF8.GetBytes(answer)).RootElement));

    private static string Spelled(object? value) => value switch
    {
        null => "null",
        double number => $"double {BitConverter.DoubleToInt64Bits(number)}",
        object?[] list => string.Join(',', list.Select(Spelled)),
        _ => $"{value.GetType().Name} {value}",
    };
}
